//! The device's page, ready to be rendered.

use argosy_wire::api::{
    credential::Credential,
    delivery::DeliveryResponse,
    device::Device,
    reading::{LatestValues, Reading},
};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::delivery::DeliveryView;
use crate::{
    format::{self, Ago, At},
    handlers::{
        chart::{self, Chart, Key, Line},
        devices::{State, label_link},
    },
    plot,
    range::{PRESETS, Range},
    shell::Shell,
};

/// Rows of the table behind the charts.
const TABLE_ROWS: usize = 60;

/// What the API said.
pub(super) struct Facts {
    pub(super) device: Device,
    pub(super) latest: LatestValues,
    pub(super) recent: Vec<Reading>,
    pub(super) delivery: DeliveryResponse,
    pub(super) credentials: Option<Vec<Credential>>,
    pub(super) keys: Vec<Key>,
    pub(super) chart: Chart,
    pub(super) range: Range,
    pub(super) now: DateTime<Utc>,
    pub(super) may_write: bool,
}

#[derive(Template)]
#[template(path = "pages/device.html")]
pub(super) struct DevicePage {
    shell: Shell,
    name: String,
    state: State,
    enabled: bool,
    version: i64,
    labels: Vec<Label>,
    labels_text: String,
    last_seen: Option<Ago>,
    created: At,
    latest: Vec<Latest>,
    presets: Vec<Preset>,
    is_custom: bool,
    from: At,
    to: At,
    from_field: String,
    to_field: String,
    keys: Vec<String>,
    csv: String,
    chart_json: String,
    summaries: Vec<Summary>,
    table: Vec<(At, Vec<String>)>,
    presence: Vec<plot::Stretch>,
    online_percent: String,
    delivery: DeliveryView,
    credentials: Option<Vec<CredentialView>>,
    may_write: bool,
}

struct Label {
    text: String,
    href: String,
}

struct Latest {
    key: String,
    value: String,
    is_number: bool,
    is_state: bool,
    at: Ago,
    spark: String,
    /// Whether it is drawn below.
    is_drawn: bool,
    /// The page with it drawn, or not.
    toggle: String,
    can_draw: bool,
}

struct Preset {
    label: &'static str,
    href: String,
    is_current: bool,
}

struct Summary {
    key: String,
    is_state: bool,
    words: String,
}

struct CredentialView {
    id: String,
    serial: String,
    created: At,
    expires: Ago,
    revoked: Option<Ago>,
    is_expired: bool,
}

impl DevicePage {
    pub(super) fn new(shell: Shell, facts: Facts) -> Self {
        let Facts { device, latest, recent, delivery, credentials, keys, chart, range, now, may_write } =
            facts;
        let path = format!("/devices/{}", device.name);
        let names: Vec<String> = keys.into_iter().map(|key| key.name).collect();
        let range_query: Vec<(&'static str, String)> = match range.preset {
            Some("1h") => Vec::new(),
            Some(preset) => vec![("range", preset.to_owned())],
            None => vec![
                ("from", range.from.timestamp_millis().to_string()),
                ("to", range.to.timestamp_millis().to_string()),
            ],
        };
        let link = |path: &str, keys: &[String], range: &[(&'static str, String)]| {
            let mut pairs: Vec<(&str, &str)> = keys.iter().map(|key| ("key", key.as_str())).collect();
            pairs.extend(range.iter().map(|(name, value)| (*name, value.as_str())));
            shell.query(path, &pairs)
        };
        let latest = latest.values.iter().map(|(key, value)| {
            let can_draw = chart::number(&value.value).is_some();
            let is_drawn = names.contains(key);
            let mut others: Vec<String> = names.iter().filter(|name| *name != key).cloned().collect();
            if !is_drawn {
                others.push(key.clone());
            }
            Latest {
                value: format::value(&value.value),
                is_number: value.value.is_number(),
                is_state: value.value.is_boolean(),
                at: Ago(value.ts),
                spark: spark(&recent, key, now),
                toggle: if can_draw { link(&path, &others, &range_query) } else { String::new() },
                is_drawn,
                can_draw,
                key: key.clone(),
            }
        });
        Self {
            latest: latest.collect(),
            state: State::from(&device),
            enabled: device.enabled,
            version: device.version,
            labels_text: device
                .labels
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect::<Vec<_>>()
                .join("\n"),
            labels: device
                .labels
                .iter()
                .map(|(key, value)| Label {
                    text: format!("{key}: {value}"),
                    href: label_link(&shell, key, value),
                })
                .collect(),
            last_seen: device.last_seen.map(Ago),
            created: At(device.created_at),
            presets: PRESETS
                .into_iter()
                .map(|(name, label, _)| Preset {
                    label,
                    href: link(&path, &names, &[("range", name.to_owned())]),
                    is_current: range.preset == Some(name),
                })
                .collect(),
            is_custom: range.preset.is_none(),
            from: At(range.from),
            to: At(range.to),
            from_field: range.from.format("%Y-%m-%dT%H:%M").to_string(),
            to_field: range.to.format("%Y-%m-%dT%H:%M").to_string(),
            csv: link(&format!("{path}/readings.csv"), &names, &range_query),
            summaries: chart.series.iter().map(summary).collect(),
            table: table(&chart),
            presence: chart.presence.clone(),
            online_percent: online_percent(&chart),
            chart_json: serde_json::to_string(&chart).unwrap_or_default().replace('<', "\\u003c"),
            keys: names,
            delivery: DeliveryView::new(&delivery),
            credentials: credentials
                .map(|credentials| credentials.into_iter().map(|one| credential(one, now)).collect()),
            name: device.name.into(),
            may_write,
            shell,
        }
    }
}

fn credential(credential: Credential, now: DateTime<Utc>) -> CredentialView {
    CredentialView {
        id: credential.id.to_string(),
        serial: credential.serial,
        created: At(credential.created_at),
        expires: Ago(credential.expires_at),
        revoked: credential.revoked_at.map(Ago),
        is_expired: credential.expires_at <= now,
    }
}

fn spark(recent: &[Reading], key: &str, now: DateTime<Utc>) -> String {
    let points: Vec<(i64, f64)> = recent
        .iter()
        .filter_map(|reading| match reading.values.get(key)? {
            Value::Number(number) => Some((reading.ts.timestamp_millis(), number.as_f64()?)),
            _ => None,
        })
        .collect();
    if points.len() < 2 {
        return String::new();
    }
    let from = (now - TimeDelta::minutes(15)).timestamp_millis();
    plot::sparkline(
        &plot::with_gaps(&points, super::SPARK_EVERY_SECONDS * 1000),
        from,
        now.timestamp_millis(),
    )
}

fn summary(line: &Line) -> Summary {
    let values: Vec<f64> = line.points.iter().filter_map(|(_, value)| *value).collect();
    let words = match (values.last(), line.is_state) {
        (None, _) => "nothing in this range".into(),
        (Some(last), true) => {
            let share = values.iter().sum::<f64>() / values.len() as f64 * 100.0;
            format!(
                "true for {} % of the range, {} at its end",
                format::rate(share),
                if *last > 0.5 { "true" } else { "false" }
            )
        }
        (Some(last), false) => {
            let (low, high) = values
                .iter()
                .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
            format!(
                "lowest {}, highest {}, last {}",
                format::decimal(low),
                format::decimal(high),
                format::decimal(*last)
            )
        }
    };
    Summary { key: line.key.clone(), is_state: line.is_state, words }
}

/// Rows at even distances, newest first.
fn table(chart: &Chart) -> Vec<(At, Vec<String>)> {
    let mut times: Vec<i64> = chart
        .series
        .iter()
        .flat_map(|line| line.points.iter().filter(|point| point.1.is_some()).map(|point| point.0))
        .collect();
    times.sort_unstable();
    times.dedup();
    let step = times.len().div_ceil(TABLE_ROWS).max(1);
    let cell = |line: &Line, at: i64| {
        let found = line
            .points
            .binary_search_by_key(&at, |point| point.0)
            .ok()
            .and_then(|index| line.points[index].1);
        match (found, line.is_state) {
            (None, _) => String::new(),
            (Some(value), true) => (value > 0.5).to_string(),
            (Some(value), false) => format::decimal(value),
        }
    };
    times
        .iter()
        .rev()
        .step_by(step)
        .filter_map(|at| {
            Some((
                At(DateTime::from_timestamp_millis(*at)?),
                chart.series.iter().map(|line| cell(line, *at)).collect(),
            ))
        })
        .collect()
}

fn online_percent(chart: &Chart) -> String {
    let known: f64 =
        chart.presence.iter().filter(|part| part.kind != "unknown").map(|part| part.length).sum();
    let online: f64 = chart.presence.iter().filter(|part| part.kind == "on").map(|part| part.length).sum();
    if known > 0.0 { format!("{} %", format::rate(online / known * 100.0)) } else { "—".into() }
}
