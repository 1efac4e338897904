//! A device's readings, for charts and as a download.

use argosy_client::{Client, ReadReadings};
use argosy_wire::{
    DeviceName,
    api::{
        presence::PresenceResponse,
        reading::{Aggregate, Reading},
    },
};
use axum::{
    Json,
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::PageError,
    extract::{Path, Query},
    plot::{self, Stretch},
    range::{Range, RangeQuery},
    session::Caller,
};

/// Keys that are drawn at once.
pub(crate) const MAX_KEYS: usize = 12;

/// What scripts draw.
#[derive(Debug, Serialize)]
pub(crate) struct Chart {
    /// The start, in milliseconds.
    pub(crate) from: i64,
    /// The end.
    pub(crate) to: i64,
    /// The length of a bucket, in seconds.
    pub(crate) every: i64,
    /// Whether the range moves with the clock.
    pub(crate) live: bool,
    /// A line a key.
    pub(crate) series: Vec<Line>,
    /// When the device was online.
    pub(crate) presence: Vec<Stretch>,
}

/// One key's line.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// The key.
    pub(crate) key: String,
    /// Whether it is true or false rather than a number.
    pub(crate) is_state: bool,
    /// Milliseconds and values; an empty value breaks the line.
    pub(crate) points: Vec<(i64, Option<f64>)>,
}

/// A key to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: String,
    /// Whether it is true or false rather than a number.
    pub(crate) is_state: bool,
}

impl Chart {
    /// Reads what the chart shows.
    pub(crate) async fn read(
        client: &Client,
        device: &DeviceName,
        keys: &[Key],
        range: Range,
    ) -> Result<Self, PageError> {
        let span = range.span();
        let (numbers, states, presence) = tokio::try_join!(
            read_kind(client, device, keys, range, false),
            read_kind(client, device, keys, range, true),
            client.read_presence(device, &span),
        )?;
        let line = |key: &Key| {
            let readings = if key.is_state { &states } else { &numbers };
            let points: Vec<(i64, f64)> = readings
                .iter()
                .filter_map(|reading| {
                    Some((reading.ts.timestamp_millis(), number(reading.values.get(&key.name)?)?))
                })
                .collect();
            let points = plot::with_gaps(&points, range.every() * 1000);
            Line { key: key.name.clone(), is_state: key.is_state, points }
        };
        Ok(Self {
            from: range.from.timestamp_millis(),
            to: range.to.timestamp_millis(),
            every: range.every(),
            live: range.preset.is_some(),
            series: keys.iter().map(line).collect(),
            presence: presence_strip(&presence, range),
        })
    }
}

async fn read_kind(
    client: &Client,
    device: &DeviceName,
    keys: &[Key],
    range: Range,
    is_state: bool,
) -> Result<Vec<Reading>, argosy_client::Error> {
    let keys: Vec<String> =
        keys.iter().filter(|key| key.is_state == is_state).map(|key| key.name.clone()).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let read = ReadReadings {
        span: range.span(),
        keys,
        every: Some(format!("{}s", range.every())),
        aggregate: Some(if is_state { Aggregate::Last } else { Aggregate::Mean }),
        ..ReadReadings::default()
    };
    let answer = client.read_readings(device, &read).await?;
    Ok(answer.series.into_iter().next().map(|series| series.readings).unwrap_or_default())
}

/// A value that can be drawn.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(is_true) => Some(f64::from(u8::from(*is_true))),
        _ => None,
    }
}

fn presence_strip(presence: &PresenceResponse, range: Range) -> Vec<Stretch> {
    let name = |online: Option<bool>| match online {
        Some(true) => ("on", "Online".to_owned()),
        Some(false) => ("off", "Offline".to_owned()),
        None => ("unknown", "Not known".to_owned()),
    };
    let first = presence.online_before.or_else(|| presence.events.is_empty().then_some(presence.online));
    let (kind, title) = name(first);
    let mut changes = vec![(range.from, kind, title)];
    changes.extend(presence.events.iter().map(|event| {
        let (kind, title) = name(Some(event.online));
        (event.at, kind, title)
    }));
    plot::strip(&changes, range.from, range.to)
}

/// Which keys, and which time.
#[derive(Debug, Deserialize)]
pub(crate) struct ChartQuery {
    #[serde(default)]
    key: Vec<String>,
    /// Of the keys, those that are true or false.
    #[serde(default)]
    state: Vec<String>,
    // `serde(flatten)` would read numbers as text only.
    #[serde(default)]
    range: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl ChartQuery {
    fn range(&self) -> Range {
        let query = RangeQuery { range: self.range.clone(), from: self.from.clone(), to: self.to.clone() };
        query.resolve(Utc::now())
    }
}

/// `GET /devices/{device}/chart`
pub(crate) async fn read_chart(
    caller: Caller,
    Path(device): Path<DeviceName>,
    Query(query): Query<ChartQuery>,
) -> Result<Json<Chart>, PageError> {
    let keys: Vec<Key> = query
        .key
        .iter()
        .take(MAX_KEYS)
        .map(|key| Key { name: key.clone(), is_state: query.state.contains(key) })
        .collect();
    Chart::read(&caller.client, &device, &keys, query.range()).await.map(Json)
}

/// `GET /devices/{device}/readings.csv`: every reading of the range, as it streams in from the API.
pub(crate) async fn download_readings(
    caller: Caller,
    Path(device): Path<DeviceName>,
    Query(query): Query<ChartQuery>,
) -> Result<Response, PageError> {
    let read =
        ReadReadings { span: query.range().span(), keys: query.key.clone(), ..ReadReadings::default() };
    let answer = caller.client.export_readings(&device, &read, "text/csv").await?;
    Ok(attachment(
        "text/csv; charset=utf-8",
        &format!("{device}.csv"),
        Body::from_stream(answer.bytes_stream()),
    ))
}

/// A download under this name, which must be plain.
pub(crate) fn attachment(kind: &'static str, name: &str, body: Body) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}
