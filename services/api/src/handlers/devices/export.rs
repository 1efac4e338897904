//! All devices of a fleet, streamed page by page: the memory of one page, whatever the fleet's size.

use argosy_wire::api::device::Labels;
use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse as _, Response},
};
use futures::stream;
use serde_json::json;

use crate::{
    db,
    db::devices::{DeviceFilter, DeviceRow},
    format::Format,
    problem::ApiError,
    state::AppState,
};

/// Devices read at once.
const CHUNK: i64 = 1_000;
/// The columns of a CSV, which are those that an import takes.
pub(super) const COLUMNS: [&str; 3] = ["name", "enabled", "labels"];

/// The answer of an export.
pub(super) fn stream(state: AppState, fleet_id: i64, filter: DeviceFilter, format: Format) -> Response {
    let start = Some(None::<String>);
    let chunks = stream::try_unfold(start, move |position| {
        let (state, filter) = (state.clone(), filter.clone());
        async move {
            let Some(after) = position else { return Ok::<_, ApiError>(None) };
            let mut connection = state.pool.acquire().await?;
            let rows = db::devices::list_devices(&mut connection, fleet_id, &filter, after.as_deref(), CHUNK)
                .await?;
            let text = write(&rows, format, after.is_none())?;
            let next = rows
                .last()
                .filter(|_| i64::try_from(rows.len()) == Ok(CHUNK))
                .map(|row| Some(row.name.clone()));
            Ok(Some((Bytes::from(text), next)))
        }
    });
    ([(header::CONTENT_TYPE, format.media_type())], Body::from_stream(chunks)).into_response()
}

fn write(rows: &[DeviceRow], format: Format, is_first: bool) -> Result<Vec<u8>, ApiError> {
    let mut text = Vec::new();
    if format == Format::Ndjson {
        for row in rows {
            let line = json!({"name": row.name, "enabled": row.enabled, "labels": row.labels.0});
            serde_json::to_writer(&mut text, &line).map_err(ApiError::internal)?;
            text.push(b'\n');
        }
        return Ok(text);
    }
    let mut csv = csv::Writer::from_writer(&mut text);
    if is_first {
        csv.write_record(COLUMNS).map_err(ApiError::internal)?;
    }
    for row in rows {
        let enabled = if row.enabled { "true" } else { "false" };
        csv.write_record([row.name.as_str(), enabled, &labels_text(&row.labels.0)])
            .map_err(ApiError::internal)?;
    }
    csv.flush().map_err(ApiError::internal)?;
    drop(csv);
    Ok(text)
}

/// Labels in a CSV's cell: `key=value;key=value`.
fn labels_text(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(";")
}
