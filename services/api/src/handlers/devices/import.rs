//! `POST /devices/import`: many devices at once, as NDJSON or CSV.

use std::collections::BTreeMap;

use argosy_wire::{
    DeviceName, FleetName,
    api::{
        device::{CreateDeviceRequest, ImportResponse, Labels, RefusedLine},
        problem::Problem,
    },
};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
};
use serde_json::json;

use super::{check_labels, export::COLUMNS};
use crate::{
    audit,
    auth::{FleetAccess, Write},
    db,
    format::Format,
    problem::ApiError,
    state::AppState,
};

/// The largest import, in bytes: some hundred thousand devices.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Devices written at once.
const CHUNK: usize = 1_000;
/// Refused lines that are listed.
const MAX_LISTED: usize = 100;

/// Import devices.
///
/// One JSON object a line as `POST /devices` takes it, or CSV with the columns `name,enabled,labels` (labels as
/// `key=value;key=value`). A device that exists is changed to what its line says. A line that is wrong costs only itself, and is
/// listed in the answer. Devices are stored a thousand at a time: after an error in between, send all of it again. Scope: `write`.
#[utoipa::path(post, path = "/devices/import", tag = "devices", params(("fleet" = Option<FleetName>, Query)),
    request_body(content = String, content_type = "application/x-ndjson",
        example = "{\"name\":\"truck-0001\",\"labels\":{\"site\":\"north\"}}\n"),
    responses((status = OK, body = ImportResponse), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn import_devices(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<axum::Json<ImportResponse>, ApiError> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let lines: Box<dyn Iterator<Item = Line> + Send + '_> = match Format::of_media_type(media_type) {
        Some(Format::Ndjson) => Box::new(parse_ndjson(&body)),
        Some(Format::Csv) => Box::new(parse_csv(&body)?),
        _ => {
            return Err(ApiError::UnsupportedMediaType(
                "An import is Content-Type: application/x-ndjson or text/csv.".into(),
            ));
        }
    };
    let mut response = ImportResponse::default();
    let mut chunk = Chunk::default();
    for (line, parsed) in lines {
        match parsed.and_then(|device| {
            check_labels(&device.labels).map(|()| device).map_err(|error| error.to_string())
        }) {
            // Of several lines for one device the last counts.
            Ok(device) => drop(chunk.insert(device.name, (device.labels, device.enabled.unwrap_or(true)))),
            Err(detail) => {
                response.refused_count += 1;
                if response.refused.len() < MAX_LISTED {
                    response.refused.push(RefusedLine { line, detail });
                }
            }
        }
        if chunk.len() == CHUNK {
            write(&state, &access, std::mem::take(&mut chunk), &mut response).await?;
        }
    }
    if !chunk.is_empty() {
        write(&state, &access, chunk, &mut response).await?;
    }
    Ok(axum::Json(response))
}

/// Devices that are written together.
type Chunk = BTreeMap<DeviceName, (Labels, bool)>;

/// Writes a chunk in a transaction of its own, so that no import keeps ingestion from its devices for long.
async fn write(
    state: &AppState,
    access: &FleetAccess<Write>,
    chunk: Chunk,
    response: &mut ImportResponse,
) -> Result<(), ApiError> {
    let devices: Vec<(DeviceName, Labels, bool)> =
        chunk.into_iter().map(|(name, (labels, enabled))| (name, labels, enabled)).collect();
    let mut transaction = state.pool.begin().await?;
    let created = db::devices::upsert_devices(&mut transaction, access.fleet.id, &devices).await?;
    let updated = devices.len() as u64 - created;
    let detail = json!({"created": created, "updated": updated});
    audit::record(&mut transaction, access, Some(access.fleet.id), "device.import", "devices", detail)
        .await?;
    transaction.commit().await?;
    response.created += created;
    response.updated += updated;
    for (name, ..) in &devices {
        state.directory.forget(&access.fleet.name, name.as_str());
    }
    Ok(())
}

type Line = (u64, Result<CreateDeviceRequest, String>);

fn parse_ndjson(body: &[u8]) -> impl Iterator<Item = Line> + Send + '_ {
    (1..)
        .zip(body.split(|byte| *byte == b'\n'))
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(number, line)| (number, serde_json::from_slice(line).map_err(|error| error.to_string())))
}

fn parse_csv(body: &[u8]) -> Result<impl Iterator<Item = Line> + Send + '_, ApiError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(body);
    let header = reader
        .headers()
        .map_err(|error| ApiError::BadRequest(format!("The CSV cannot be read: {error}.")))?;
    if header.iter().ne(COLUMNS) {
        return Err(ApiError::Invalid(format!("The first line of the CSV must be: {}.", COLUMNS.join(","))));
    }
    Ok(reader.into_records().map(|record| {
        let position = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let line = position.map_or(0, csv::Position::line);
        (line, record.map_err(|error| error.to_string()).and_then(|record| parse_record(&record)))
    }))
}

fn parse_record(record: &csv::StringRecord) -> Result<CreateDeviceRequest, String> {
    let cell = |column| record.get(column).unwrap_or_default();
    let enabled = match cell(1) {
        "" => None,
        "true" => Some(true),
        "false" => Some(false),
        _ => return Err("enabled is true or false".into()),
    };
    let mut labels = Labels::new();
    for label in cell(2).split(';').filter(|label| !label.is_empty()) {
        let (key, value) = label.split_once('=').ok_or("labels are key=value;key=value")?;
        labels.insert(key.to_owned(), value.to_owned());
    }
    let name = cell(0).parse().map_err(|error: argosy_wire::name::InvalidName| error.to_string())?;
    Ok(CreateDeviceRequest { name, labels, enabled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_and_ndjson_say_the_same() {
        let csv: Vec<Line> = parse_csv(b"name,enabled,labels\na,,site=north;kind=truck\nB,true,\nc,maybe,\n")
            .unwrap()
            .collect();
        assert_eq!(csv[0].1.as_ref().unwrap().labels.len(), 2);
        assert_eq!(csv.iter().map(|line| line.0).collect::<Vec<_>>(), [2, 3, 4]);
        assert!(csv[1].1.is_err() && csv[2].1.is_err());
        assert!(parse_csv(b"device\na\n").is_err());
        let ndjson: Vec<Line> =
            parse_ndjson(b"{\"name\":\"a\"}\n\n{\"name\":\"b\",\"x\":1}\n{\"na").collect();
        assert_eq!(ndjson.iter().map(|line| line.0).collect::<Vec<_>>(), [1, 3, 4]);
        assert!(ndjson[0].1.is_ok() && ndjson[1].1.is_err() && ndjson[2].1.is_err());
    }
}
