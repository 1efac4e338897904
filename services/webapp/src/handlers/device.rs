//! One device: what it says now, what it said, and what of it arrived.

mod delivery;
mod view;

use argosy_client::{Error, ReadReadings, Span};
use argosy_wire::{
    DeviceName,
    api::{
        device::UpdateDeviceRequest,
        reading::{Aggregate, LatestValues, Reading},
        token::Scope,
    },
};
use axum::response::{Html, Response};
use chrono::{TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{
    chart::{self, Chart, Key},
    devices::parse_labels,
    page,
};
use crate::{
    error::PageError,
    extract::{Form, Path, Query},
    range::RangeQuery,
    session::{
        Caller, Visit,
        notice::{self, Notice},
    },
    shell::Section,
};
use view::{DevicePage, Facts};

/// Keys that are drawn where the address names none.
const FIRST_KEYS: usize = 3;
/// What a sparkline shows.
const SPARK: TimeDelta = TimeDelta::minutes(15);
const SPARK_EVERY_SECONDS: i64 = 30;

/// What the page shows of the device.
#[derive(Debug, Deserialize)]
pub(crate) struct DeviceQuery {
    #[serde(default)]
    key: Vec<String>,
    #[serde(default)]
    range: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// `GET /devices/{device}`
pub(crate) async fn show_device(
    visit: Visit,
    Path(name): Path<DeviceName>,
    Query(query): Query<DeviceQuery>,
) -> Result<Html<String>, PageError> {
    let now = Utc::now();
    let range = RangeQuery { range: query.range, from: query.from, to: query.to }.resolve(now);
    let client = &visit.client;
    let credentials = async {
        match client.list_credentials(&name).await {
            Ok(credentials) => Ok(Some(credentials)),
            Err(error) if error.status() == Some(403) => Ok(None),
            Err(error) => Err(error),
        }
    };
    let recent = ReadReadings {
        span: Span {
            from: Some((now - SPARK).timestamp_millis().to_string()),
            to: Some(now.timestamp_millis().to_string()),
        },
        every: Some(format!("{SPARK_EVERY_SECONDS}s")),
        aggregate: Some(Aggregate::Mean),
        ..ReadReadings::default()
    };
    let (device, latest, recent, delivery, credentials) = tokio::try_join!(
        client.read_device(&name),
        client.read_latest(&name),
        client.read_readings(&name, &recent),
        client.read_delivery(&name),
        credentials,
    )?;
    let keys = choose_keys(&latest, &query.key);
    let chart = Chart::read(client, &name, &keys, range).await?;
    let recent: Vec<Reading> = recent.series.into_iter().flat_map(|series| series.readings).collect();
    let may_write = visit.may(Scope::Write);
    let shell = visit.shell(Section::Devices);
    let facts = Facts { device, latest, recent, delivery, credentials, keys, chart, range, now, may_write };
    page(&DevicePage::new(shell, facts))
}

/// The keys to draw: those the address names, else the first ones that can be drawn.
fn choose_keys(latest: &LatestValues, wanted: &[String]) -> Vec<Key> {
    let key = |name: &String, value: &Value| match value {
        Value::Bool(_) => Some(Key { name: name.clone(), is_state: true }),
        Value::Number(_) => Some(Key { name: name.clone(), is_state: false }),
        _ => None,
    };
    let known = latest.values.iter().filter_map(|(name, latest)| key(name, &latest.value));
    if wanted.is_empty() {
        return known.filter(|key| !key.is_state && !is_place(&key.name)).take(FIRST_KEYS).collect();
    }
    known.filter(|key| wanted.contains(&key.name)).take(chart::MAX_KEYS).collect()
}

/// Whether the key says where a device is, which a line over time does not show well.
fn is_place(key: &str) -> bool {
    matches!(key, "lat" | "lon" | "lng" | "latitude" | "longitude")
}

/// What the form sends: the labels, or whether the device is enabled.
#[derive(Debug, Deserialize)]
pub(crate) struct UpdateForm {
    version: i64,
    labels: Option<String>,
    enabled: Option<bool>,
}

/// `POST /devices/{device}`
pub(crate) async fn update_device(
    caller: Caller,
    Path(name): Path<DeviceName>,
    Form(form): Form<UpdateForm>,
) -> Result<Response, PageError> {
    let here = caller.link(&format!("/devices/{name}"));
    let labels = match form.labels.as_deref().map(parse_labels).transpose() {
        Ok(labels) => labels,
        Err(problem) => return Ok(Notice::failed(problem).redirect(&here)),
    };
    let done = match form.enabled {
        Some(true) => format!("{name} is enabled: its messages are stored again."),
        Some(false) => format!("{name} is disabled: its messages become dead letters."),
        None => format!("The labels of {name} are changed."),
    };
    let request = UpdateDeviceRequest { labels, enabled: form.enabled };
    notice::answer(caller.client.update_device(&name, form.version, &request).await.map(|_| done), &here)
}

/// What the form sends: the name once more, so that nobody deletes by accident.
#[derive(Debug, Deserialize)]
pub(crate) struct DeleteForm {
    #[serde(default)]
    confirm: String,
}

/// `POST /devices/{device}/delete`
pub(crate) async fn delete_device(
    caller: Caller,
    Path(name): Path<DeviceName>,
    Form(form): Form<DeleteForm>,
) -> Result<Response, PageError> {
    if form.confirm.trim() != name.as_str() {
        let here = caller.link(&format!("/devices/{name}"));
        return Ok(Notice::failed(format!("Not deleted: type {name} to confirm.")).redirect(&here));
    }
    let result: Result<(), Error> = caller.client.delete_device(&name).await;
    notice::answer(result.map(|()| format!("{name} and its readings are deleted.")), &caller.link("/devices"))
}

#[cfg(test)]
mod tests {
    use argosy_wire::api::reading::LatestValue;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_drawn_first_and_text_never() {
        let values =
            [("door_open", json!(true)), ("lat", json!(1.5)), ("route", json!("r1")), ("speed", json!(3))];
        let latest = LatestValues {
            device: "truck".parse().unwrap(),
            last_seen: None,
            values: values.map(|(key, value)| (key.to_owned(), LatestValue { ts: Utc::now(), value })).into(),
        };
        let names = |keys: Vec<Key>| keys.into_iter().map(|key| key.name).collect::<Vec<_>>();
        assert_eq!(names(choose_keys(&latest, &[])), ["speed"]);
        assert_eq!(names(choose_keys(&latest, &["route".into(), "door_open".into()])), ["door_open"]);
    }
}
