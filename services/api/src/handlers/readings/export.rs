//! Readings as CSV and NDJSON. Raw rows are read in chunks, each in a statement of its own: the memory is that of a chunk, and
//! a slow reader holds no connection.

use argosy_wire::{DeviceName, api::reading::Series};
use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse as _, Response},
};
use futures::stream;
use serde_json::{Map, Value, json};

use super::{only, timestamp};
use crate::{
    db::readings::{ReadingRow, RowPosition, list_readings, position_after},
    format::Format,
    problem::ApiError,
    range::TimeRange,
    state::AppState,
};

/// Rows read at once.
const CHUNK: usize = 5_000;
/// The same, as PostgreSQL counts.
const CHUNK_ROWS: i64 = 5_000;

/// All raw rows, device after device.
pub(super) fn stream(
    state: AppState,
    devices: Vec<(i64, DeviceName)>,
    range: TimeRange,
    keys: Vec<String>,
    format: Format,
) -> Response {
    let start = (0_usize, None::<RowPosition>, true);
    let chunks = stream::try_unfold(start, move |(device, after, is_first)| {
        let (state, keys, found) = (state.clone(), keys.clone(), devices.get(device).cloned());
        async move {
            let Some((id, name)) = found else { return Ok::<_, ApiError>(None) };
            let mut connection = state.pool.acquire().await?;
            let rows = list_readings(&mut connection, id, range, &keys, after, CHUNK_ROWS).await?;
            drop(connection);
            let is_last = rows.len() < CHUNK;
            let next = if is_last {
                (device + 1, None, false)
            } else {
                (device, position_after(&rows, after), false)
            };
            Ok(Some((Bytes::from(write(rows, &name, &keys, format, is_first)?), next)))
        }
    });
    respond(format, Body::from_stream(chunks))
}

/// Buckets that were computed already.
pub(super) fn buckets(series: &[Series], keys: &[String], format: Format) -> Result<Response, ApiError> {
    let mut text = Vec::new();
    if format == Format::Ndjson {
        for (series, reading) in rows_of(series) {
            let line =
                json!({"device": series.device, "ts": timestamp(reading.ts), "values": reading.values});
            line_to(&mut text, &line)?;
        }
        return Ok(respond(format, Body::from(text)));
    }
    let mut csv = csv::Writer::from_writer(&mut text);
    csv.write_record(["device", "ts"].into_iter().chain(value_columns(keys))).map_err(ApiError::internal)?;
    for (series, reading) in rows_of(series) {
        let cells = [series.device.to_string(), timestamp(reading.ts)];
        csv.write_record(cells.into_iter().chain(value_cells(&reading.values, keys)))
            .map_err(ApiError::internal)?;
    }
    csv.flush().map_err(ApiError::internal)?;
    drop(csv);
    Ok(respond(format, Body::from(text)))
}

fn rows_of(series: &[Series]) -> impl Iterator<Item = (&Series, &argosy_wire::api::reading::Reading)> {
    series.iter().flat_map(|series| series.readings.iter().map(move |reading| (series, reading)))
}

fn respond(format: Format, body: Body) -> Response {
    ([(header::CONTENT_TYPE, format.media_type())], body).into_response()
}

fn write(
    rows: Vec<ReadingRow>,
    device: &DeviceName,
    keys: &[String],
    format: Format,
    is_first: bool,
) -> Result<Vec<u8>, ApiError> {
    let mut text = Vec::with_capacity(rows.len() * 128);
    if format == Format::Ndjson {
        for row in rows {
            let line = json!({
                "device": device,
                "ts": timestamp(row.ts),
                "received_at": timestamp(row.received_at),
                "boot": row.boot,
                "seq": row.seq,
                "values": only(row.values.0, keys),
            });
            line_to(&mut text, &line)?;
        }
        return Ok(text);
    }
    let mut csv = csv::Writer::from_writer(&mut text);
    if is_first {
        let columns = ["device", "ts", "received_at", "boot", "seq"];
        csv.write_record(columns.into_iter().chain(value_columns(keys))).map_err(ApiError::internal)?;
    }
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    for row in rows {
        let cells = [
            device.to_string(),
            timestamp(row.ts),
            timestamp(row.received_at),
            number(row.boot),
            number(row.seq),
        ];
        csv.write_record(cells.into_iter().chain(value_cells(&row.values.0, keys)))
            .map_err(ApiError::internal)?;
    }
    csv.flush().map_err(ApiError::internal)?;
    drop(csv);
    Ok(text)
}

fn line_to(text: &mut Vec<u8>, line: &Value) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *text, line).map_err(ApiError::internal)?;
    text.push(b'\n');
    Ok(())
}

/// A column a key; one of JSON where no keys are named, since each row may have others.
fn value_columns(keys: &[String]) -> Vec<&str> {
    if keys.is_empty() { vec!["values"] } else { keys.iter().map(String::as_str).collect() }
}

fn value_cells(values: &Map<String, Value>, keys: &[String]) -> Vec<String> {
    if keys.is_empty() {
        return vec![Value::Object(values.clone()).to_string()];
    }
    keys.iter().map(|key| values.get(key).map(cell).unwrap_or_default()).collect()
}

/// A value in a cell. Text that a spreadsheet would run as a formula gets an apostrophe, as OWASP advises: devices write it.
fn cell(value: &Value) -> String {
    match value {
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
