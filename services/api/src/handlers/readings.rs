//! `/devices/{device}/readings` and `/readings`.

mod export;
pub(crate) mod query;

use argosy_wire::{
    DeviceName, FleetName,
    api::{
        problem::Problem,
        reading::{Reading, ReadingsResponse, Series},
    },
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};

use crate::{
    auth::{FleetAccess, Read},
    cursor, db,
    db::readings::{RowPosition, position_after},
    extract::{Path, Query},
    format::Format,
    handlers::devices,
    problem::ApiError,
    readings::buckets,
    state::AppState,
};
use query::{Question, ReadingsQuery};

/// One snapshot for all statements of an answer.
const SNAPSHOT: &str = "begin isolation level repeatable read read only";

const NDJSON_EXAMPLE: &str = r#"{"device":"truck-0001","ts":"2026-01-31T12:00:00.000Z","received_at":"2026-01-31T12:00:00.123Z","boot":1763672400,"seq":42,"values":{"speed":12.5}}"#;
const CSV_EXAMPLE: &str = "device,ts,received_at,boot,seq,speed\n\
    truck-0001,2026-01-31T12:00:00.000Z,2026-01-31T12:00:00.123Z,1763672400,42,12.5\n";

/// Readings of a device.
///
/// Raw, in pages of at most 10,000 points; or with `every` and `aggregate` in buckets, at most 10,000. With `Accept: text/csv` or
/// `application/x-ndjson` all raw rows of the range are streamed. Scope: `read`.
#[utoipa::path(get, path = "/devices/{device}/readings", tag = "readings",
    params(("device" = DeviceName, Path), ReadingsQuery, ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, content(
        (ReadingsResponse = "application/json"),
        (String = "application/x-ndjson", example = json!(NDJSON_EXAMPLE)),
        (String = "text/csv", example = json!(CSV_EXAMPLE)),
    )), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_device_readings(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Path(device): Path<DeviceName>,
    Query(query): Query<ReadingsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    answer(state, access, vec![device], query, &headers).await
}

/// Readings of several devices.
///
/// As those of one device; `device` may be given up to 50 times. Scope: `read`.
#[utoipa::path(get, path = "/readings", tag = "readings",
    params(ReadingsQuery, ("device" = Vec<DeviceName>, Query), ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, content(
        (ReadingsResponse = "application/json"),
        (String = "application/x-ndjson", example = json!(NDJSON_EXAMPLE)),
        (String = "text/csv", example = json!(CSV_EXAMPLE)),
    )), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_readings(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Query(query::DevicesQuery { device }): Query<query::DevicesQuery>,
    Query(query): Query<ReadingsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if !(1..=query::MAX_DEVICES).contains(&device.len()) {
        return Err(ApiError::Invalid(format!("Name 1 to {} devices by ?device=.", query::MAX_DEVICES)));
    }
    answer(state, access, device, query, &headers).await
}

async fn answer(
    state: AppState,
    access: FleetAccess<Read>,
    names: Vec<DeviceName>,
    query: ReadingsQuery,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let question = query.question(Utc::now(), names.len())?;
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        found.push((devices::find(&state, &access, &name).await?.id, name));
    }
    let format = Format::of(headers);
    match question {
        Question::Raw { range, keys, .. } if format != Format::Json => {
            Ok(export::stream(state, found, range, keys, format))
        }
        Question::Raw { range, keys, limit, cursor } => {
            let mut page = ReadingsResponse {
                from: range.from,
                to: range.to,
                every_seconds: None,
                aggregate: None,
                series: Vec::new(),
                next_cursor: None,
            };
            let (start, mut after) = match cursor {
                Some(Position { device, row }) => (device.min(found.len()), row),
                None => (0, None),
            };
            let mut room = limit;
            for (index, (id, name)) in found.into_iter().enumerate().skip(start) {
                let mut connection = state.pool.acquire().await?;
                let before = after.take();
                let more = i64::try_from(room + 1).unwrap_or(i64::MAX);
                let mut rows =
                    db::readings::list_readings(&mut connection, id, range, &keys, before, more).await?;
                let is_cut = rows.len() > room;
                rows.truncate(room);
                room -= rows.len();
                let position = position_after(&rows, before).or(before);
                let readings =
                    rows.into_iter().map(|row| Reading { ts: row.ts, values: only(row.values.0, &keys) });
                page.series.push(Series { device: name, readings: readings.collect() });
                if is_cut {
                    page.next_cursor = cursor::encode(&Position { device: index, row: position });
                    break;
                }
            }
            Ok(axum::Json(page).into_response())
        }
        Question::Buckets(query) => {
            let mut snapshot = state.pool.begin_with(SNAPSHOT).await?;
            let mut series = Vec::with_capacity(found.len());
            for (id, device) in found {
                series.push(Series { device, readings: buckets::read(&mut snapshot, id, &query).await? });
            }
            snapshot.rollback().await?;
            if format != Format::Json {
                return export::buckets(&series, &query.keys, format);
            }
            Ok(axum::Json(ReadingsResponse {
                from: query.range.from,
                to: query.range.to,
                every_seconds: Some(query.every / 1000),
                aggregate: Some(query.aggregate),
                series,
                next_cursor: None,
            })
            .into_response())
        }
    }
}

/// Where a page of raw readings ends.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct Position {
    /// Which of the devices asked.
    device: usize,
    /// Its rows so far.
    row: Option<RowPosition>,
}

/// The values of these keys; all where none are named.
fn only(
    mut values: serde_json::Map<String, serde_json::Value>,
    keys: &[String],
) -> serde_json::Map<String, serde_json::Value> {
    if !keys.is_empty() {
        values.retain(|key, _| keys.contains(key));
    }
    values
}

/// A time as it stands in CSV and NDJSON.
fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
