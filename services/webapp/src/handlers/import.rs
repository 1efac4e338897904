//! Many devices at once: import and export.

use argosy_client::{Client, ListDevices};
use argosy_wire::api::device::{Device, ImportResponse};
use askama::Template;
use axum::{
    body::Body,
    response::{Html, Response},
};
use bytes::Bytes;
use futures::stream;
use serde::Deserialize;

use super::{chart::attachment, page};
use crate::{
    csv,
    error::PageError,
    extract::Form,
    format,
    session::{Caller, Visit},
    shell::{Section, Shell},
};

/// Devices read at once for an export.
const EXPORT_ROWS: usize = 500;

#[derive(Template)]
#[template(path = "pages/import.html")]
struct ImportPage {
    shell: Shell,
    lines: String,
    problem: String,
    outcome: Option<Outcome>,
}

struct Outcome {
    sentence: String,
    refused: Vec<(u64, String)>,
    more: u64,
}

impl From<ImportResponse> for Outcome {
    fn from(response: ImportResponse) -> Self {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let listed = u64::try_from(response.refused.len()).unwrap_or(0);
        Self {
            sentence: format!(
                "{} created, {} updated, {} refused.",
                format::plural(number(response.created), "device", "devices"),
                format::count(number(response.updated)),
                format::plural(number(response.refused_count), "line", "lines"),
            ),
            refused: response.refused.into_iter().map(|line| (line.line, line.detail)).collect(),
            more: response.refused_count.saturating_sub(listed),
        }
    }
}

/// `GET /import/devices`
pub(crate) async fn show_form(visit: Visit) -> Result<Html<String>, PageError> {
    let shell = visit.shell(Section::Devices);
    page(&ImportPage { shell, lines: String::new(), problem: String::new(), outcome: None })
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct ImportForm {
    #[serde(default)]
    lines: String,
}

/// `POST /import/devices`
pub(crate) async fn import_devices(
    visit: Visit,
    Form(form): Form<ImportForm>,
) -> Result<Html<String>, PageError> {
    let shell = visit.shell(Section::Devices);
    let again = |problem: String| {
        page(&ImportPage { shell: shell.clone(), lines: form.lines.clone(), problem, outcome: None })
    };
    let lines = match csv::to_ndjson(&form.lines) {
        Ok(lines) if lines.trim().is_empty() => return again("Paste at least one device.".into()),
        Ok(lines) => lines,
        Err(problem) => return again(problem),
    };
    match visit.client.import_devices(Bytes::from(lines)).await.map_err(PageError::from) {
        Ok(response) => {
            let lines = if response.refused_count > 0 { form.lines.clone() } else { String::new() };
            page(&ImportPage {
                shell: shell.clone(),
                lines,
                problem: String::new(),
                outcome: Some(response.into()),
            })
        }
        Err(error @ PageError::Refused(_)) => again(error.detail()),
        Err(error) => Err(error),
    }
}

/// `GET /export/devices.csv`
pub(crate) async fn export_csv(caller: Caller) -> Result<Response, PageError> {
    export(caller, "text/csv; charset=utf-8", "devices.csv", csv::header(), csv::line).await
}

/// `GET /export/devices.ndjson`
pub(crate) async fn export_ndjson(caller: Caller) -> Result<Response, PageError> {
    let line = |device: &Device| {
        let fields =
            serde_json::json!({"name": device.name, "enabled": device.enabled, "labels": device.labels});
        format!("{fields}\n")
    };
    export(caller, "application/x-ndjson", "devices.ndjson", String::new(), line).await
}

/// Reads page by page as the browser takes it, so that memory does not grow with the fleet.
async fn export(
    caller: Caller,
    kind: &'static str,
    name: &str,
    header: String,
    line: fn(&Device) -> String,
) -> Result<Response, PageError> {
    // The first page tells whether the export can be made at all.
    let (first, cursor) = lines(&caller.client, None, line).await?;
    let start = (caller.client, Some(header + &first), cursor);
    let chunks = stream::try_unfold(start, move |(client, ready, cursor)| async move {
        match (ready, cursor) {
            (Some(ready), cursor) => Ok(Some((Bytes::from(ready), (client, None, cursor)))),
            (None, None) => Ok(None),
            (None, cursor) => {
                let (text, cursor) = lines(&client, cursor, line).await?;
                Ok::<_, argosy_client::Error>(Some((Bytes::from(text), (client, None, cursor))))
            }
        }
    });
    Ok(attachment(kind, name, Body::from_stream(chunks)))
}

async fn lines(
    client: &Client,
    cursor: Option<String>,
    line: fn(&Device) -> String,
) -> Result<(String, Option<String>), argosy_client::Error> {
    let list = ListDevices { limit: Some(EXPORT_ROWS), cursor, ..ListDevices::default() };
    let page = client.list_devices(&list).await?;
    Ok((page.items.iter().map(line).collect(), page.next_cursor))
}
