//! The list of devices.

use argosy_client::ListDevices;
use argosy_wire::api::device::{CreateDeviceRequest, Device, DeviceState, Labels};
use askama::Template;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::page;
use crate::{
    error::PageError,
    extract::{Form, Query},
    format::{self, Ago},
    session::{
        Caller, Visit,
        notice::{self, Notice},
    },
    shell::{Section, Shell},
};

/// Rows on a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "pages/devices.html")]
struct DevicesPage {
    shell: Shell,
    search: String,
    state: String,
    labels: Vec<LabelFilter>,
    rows: Vec<Row>,
    states: [StateLink; 5],
    next: String,
    first: String,
    is_filtered: bool,
    count: String,
}

struct StateLink {
    label: &'static str,
    href: String,
    is_current: bool,
}

struct LabelFilter {
    text: String,
    /// The list without this filter.
    without: String,
}

struct Row {
    name: String,
    href: String,
    state: State,
    labels: Vec<(String, String)>,
    last_seen: Option<Ago>,
}

/// A device's state, by word, shape and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// The class of its badge.
    pub(crate) kind: &'static str,
    /// In a word.
    pub(crate) word: &'static str,
}

impl From<&Device> for State {
    fn from(device: &Device) -> Self {
        match (device.enabled, device.online) {
            (false, _) => Self { kind: "muted", word: "Disabled" },
            (true, true) => Self { kind: "good", word: "Online" },
            (true, false) => Self { kind: "attention", word: "Offline" },
        }
    }
}

/// Which devices, and which part of the list.
#[derive(Debug, Deserialize)]
pub(crate) struct DevicesQuery {
    #[serde(default)]
    search: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    label: Vec<String>,
    #[serde(default)]
    cursor: String,
}

impl DevicesQuery {
    /// This list with another state, label or place.
    fn link(&self, shell: &Shell, state: &str, labels: &[String], cursor: &str) -> String {
        let mut pairs = vec![("search", self.search.trim()), ("state", state)];
        pairs.extend(labels.iter().map(|label| ("label", label.as_str())));
        pairs.push(("cursor", cursor));
        shell.query("/devices", &pairs)
    }
}

/// `GET /devices`
pub(crate) async fn list_devices(
    visit: Visit,
    Query(query): Query<DevicesQuery>,
) -> Result<Html<String>, PageError> {
    let labels: Vec<String> =
        query.label.iter().map(|label| label.trim().to_owned()).filter(|label| !label.is_empty()).collect();
    let list = ListDevices {
        search: Some(query.search.trim().to_owned()).filter(|search| !search.is_empty()),
        labels: labels.clone(),
        state: match query.state.as_str() {
            "online" => Some(DeviceState::Online),
            "offline" => Some(DeviceState::Offline),
            "disabled" => Some(DeviceState::Disabled),
            "with_gaps" => Some(DeviceState::WithGaps),
            _ => None,
        },
        limit: Some(ROWS),
        cursor: Some(query.cursor.clone()).filter(|cursor| !cursor.is_empty()),
    };
    let found = visit.client.list_devices(&list).await?;
    let shell = visit.shell(Section::Devices);
    let state_link = |label, state: &str| StateLink {
        label,
        href: query.link(&shell, state, &labels, ""),
        is_current: query.state == state,
    };
    let count = found.items.len();
    let has_more = found.next_cursor.is_some();
    page(&DevicesPage {
        states: [
            state_link("All", ""),
            state_link("Online", "online"),
            state_link("Offline", "offline"),
            state_link("Disabled", "disabled"),
            state_link("With gaps", "with_gaps"),
        ],
        labels: labels
            .iter()
            .map(|label| {
                let others: Vec<String> = labels.iter().filter(|other| *other != label).cloned().collect();
                LabelFilter { text: label.clone(), without: query.link(&shell, &query.state, &others, "") }
            })
            .collect(),
        rows: found.items.into_iter().map(|device| row(&shell, device)).collect(),
        next: found
            .next_cursor
            .map(|cursor| query.link(&shell, &query.state, &labels, &cursor))
            .unwrap_or_default(),
        first: if query.cursor.is_empty() {
            String::new()
        } else {
            query.link(&shell, &query.state, &labels, "")
        },
        is_filtered: list.search.is_some() || list.state.is_some() || !labels.is_empty(),
        count: match (count, has_more || !query.cursor.is_empty()) {
            (_, true) => format!(
                "{} on this page",
                format::plural(i64::try_from(count).unwrap_or(0), "device", "devices")
            ),
            (_, false) => format::plural(i64::try_from(count).unwrap_or(0), "device", "devices"),
        },
        search: query.search,
        state: query.state,
        shell,
    })
}

fn row(shell: &Shell, device: Device) -> Row {
    Row {
        href: shell.link(format!("/devices/{}", device.name)),
        state: State::from(&device),
        last_seen: device.last_seen.map(Ago),
        labels: device.labels.into_iter().collect(),
        name: device.name.into(),
    }
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct DeviceForm {
    name: String,
    #[serde(default)]
    labels: String,
}

/// `POST /devices`
pub(crate) async fn create_device(
    caller: Caller,
    Form(form): Form<DeviceForm>,
) -> Result<Response, PageError> {
    let list = caller.link("/devices");
    let Ok(name) = form.name.trim().parse() else {
        let text =
            "A device's name is 1 to 63 characters of a-z, 0-9 and '-', and starts with a letter or a digit.";
        return Ok(Notice::failed(text).redirect(&list));
    };
    let labels = match parse_labels(&form.labels) {
        Ok(labels) => labels,
        Err(problem) => return Ok(Notice::failed(problem).redirect(&list)),
    };
    let request = CreateDeviceRequest { name, labels, enabled: None };
    let result = caller.client.create_device(&request).await;
    let to = if result.is_ok() { caller.link(&format!("/devices/{}", request.name)) } else { list };
    notice::answer(
        result.map(|device| format!("{} is created. Give it a certificate to connect.", device.name)),
        &to,
    )
}

/// Labels as people write them: `key=value` by spaces, commas or lines; `key:value` as in filters.
pub(crate) fn parse_labels(text: &str) -> Result<Labels, String> {
    text.split([',', ';', ' ', '\n', '\r', '\t'])
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair
                .split_once(['=', ':'])
                .ok_or_else(|| format!("'{pair}' is no label: write key=value."))?;
            Ok((key.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Where a label leads: the devices that have it.
pub(crate) fn label_link(shell: &Shell, key: &str, value: &str) -> String {
    shell.query("/devices", &[("label", &format!("{key}:{value}"))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_written() {
        let labels = parse_labels("depot=berlin, kind:truck\n").unwrap();
        assert_eq!(
            labels.into_iter().collect::<Vec<_>>(),
            [("depot".into(), "berlin".into()), ("kind".into(), "truck".into())]
        );
        assert!(parse_labels("depot").unwrap_err().contains("key=value"));
        assert!(parse_labels("").unwrap().is_empty());
    }
}
