//! The live tail: its page, and the API's stream handed through.

use argosy_client::{ListDevices, WatchStream};
use askama::Template;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use futures::StreamExt as _;
use serde::Deserialize;

use super::page;
use crate::{
    error::PageError,
    extract::Query,
    session::{Caller, Visit},
    shell::{Section, Shell},
    state::AppState,
};

/// Devices and labels of one filter.
const MAX_FILTERS: usize = 50;

#[derive(Template)]
#[template(path = "pages/live.html")]
struct LivePage {
    shell: Shell,
    device: String,
    text: String,
    kind: String,
    has_devices: bool,
}

/// What the page shows.
#[derive(Debug, Deserialize)]
pub(crate) struct LiveQuery {
    #[serde(default)]
    device: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    kind: String,
}

/// `GET /live`
pub(crate) async fn show_live(
    visit: Visit,
    Query(query): Query<LiveQuery>,
) -> Result<Html<String>, PageError> {
    let any = visit.client.list_devices(&ListDevices { limit: Some(1), ..ListDevices::default() }).await?;
    page(&LivePage {
        shell: visit.shell(Section::Live),
        device: query.device,
        text: query.text,
        kind: query.kind,
        has_devices: !any.items.is_empty(),
    })
}

/// What to watch.
#[derive(Debug, Deserialize)]
pub(crate) struct StreamQuery {
    #[serde(default)]
    device: Vec<String>,
    #[serde(default)]
    label: Vec<String>,
    #[serde(default)]
    kind: Vec<String>,
    /// A script that comes back cannot send the header.
    last_event_id: Option<String>,
}

/// `GET /stream`: the API's events as they come.
pub(crate) async fn proxy_stream(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Response, PageError> {
    let given =
        |list: Vec<String>| list.into_iter().filter(|text| !text.is_empty()).take(MAX_FILTERS).collect();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(ToOwned::to_owned);
    let watch = WatchStream {
        devices: given(query.device),
        labels: given(query.label),
        kinds: given(query.kind),
        last_event_id: last.or(query.last_event_id).filter(|id| !id.is_empty() && id.len() <= 100),
    };
    let answer = caller.client.open_stream(&watch).await?;
    let events = answer.bytes_stream().take_until(state.shutdown.cancelled_owned());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
        // Proxies of the nginx kind would hold events back.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}
