//! `GET /stream`: readings, presence and gaps as they are committed, by Server-Sent Events.

use std::{collections::HashSet, convert::Infallible, sync::Arc, time::Duration};

use argosy_wire::{
    DeviceName, FleetName,
    api::{problem::Problem, stream::StreamEvent},
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, broadcast::error::RecvError};

use crate::{
    auth::{BearerHash, FleetAccess, Read},
    db,
    extract::Query,
    handlers::devices::DeviceQuery,
    live::{Delivered, EventId},
    problem::ApiError,
    state::AppState,
};

/// How often a silent stream says that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the bearer, and the devices with the labels asked for, are looked up again.
const REFRESH: Duration = Duration::from_secs(15);
/// Devices that a filter by label may match.
const MAX_MATCHED: i64 = 100_000;

/// What to send.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Events of this device; may be given several times. Of all devices without it.
    #[serde(default)]
    device: Vec<DeviceName>,
    /// Events of this kind: `reading`, `presence` or `gap`; may be given several times. All without it.
    #[serde(default)]
    kind: Vec<String>,
}

struct Filter {
    fleet_id: i64,
    devices: Option<HashSet<String>>,
    kinds: Vec<String>,
}

impl Filter {
    fn takes(&self, event: &StreamEvent) -> bool {
        let device = match event {
            StreamEvent::Reading { device, .. }
            | StreamEvent::Presence { device, .. }
            | StreamEvent::Gap { device, .. } => device,
            StreamEvent::Missed { .. } => return true,
        };
        self.devices.as_ref().is_none_or(|devices| devices.contains(device.as_str()))
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == event.name()))
    }
}

/// Watch a fleet.
///
/// Events are named `reading`, `presence` and `gap`; `missed` says that some were left out because the reader was too slow or too
/// long away. With `Last-Event-ID` the stream goes on where it was. Scope: `read`.
#[utoipa::path(get, path = "/stream", tag = "readings",
    params(StreamQuery, ("label" = Vec<String>, Query), ("fleet" = Option<FleetName>, Query), ("Last-Event-ID" = Option<String>, Header)),
    responses((status = OK, body = StreamEvent, content_type = "text/event-stream"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_stream(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Query(query): Query<StreamQuery>,
    Query(devices): Query<DeviceQuery>,
    axum::Extension(bearer): axum::Extension<BearerHash>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let permit = Arc::clone(&state.streams)
        .try_acquire_owned()
        .map_err(|_| ApiError::TooManyRequests { retry_after: Duration::from_secs(5) })?;
    let labelled = devices.filter()?;
    let mut filter = Filter { fleet_id: access.fleet.id, devices: None, kinds: query.kind };
    if !query.device.is_empty() {
        filter.devices = Some(query.device.iter().map(ToString::to_string).collect());
    }
    if !labelled.labels.is_empty() {
        let mut connection = state.pool.acquire().await?;
        let matched =
            db::devices::list_devices(&mut connection, access.fleet.id, &labelled, None, MAX_MATCHED).await?;
        let matched: HashSet<String> = matched.into_iter().map(|row| row.name).collect();
        filter.devices = Some(match filter.devices.take() {
            Some(named) => named.intersection(&matched).cloned().collect(),
            None => matched,
        });
    }
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let last: Option<EventId> = last.map(|id| id.parse().unwrap_or("0-0".parse().expect("it is a place")));
    let events = events(state, bearer, filter, last, permit);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

fn events(
    state: AppState,
    bearer: BearerHash,
    filter: Filter,
    last: Option<EventId>,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let (receiver, resumed) = state.live.subscribe(last);
    let mut first = Vec::new();
    if resumed.is_incomplete {
        first.push(to_sse(None, &StreamEvent::Missed { count: 0 }));
    }
    first.extend(resumed.kept.iter().flat_map(|delivered| sse_events(delivered, &filter)));
    // What a browser sees at once, before anything happens.
    first.insert(0, Event::default().comment("watching"));
    let refresh = tokio::time::interval_at(tokio::time::Instant::now() + REFRESH, REFRESH);
    let start = (state, receiver, filter, refresh, first, permit);
    let batches = stream::unfold(
        start,
        move |(state, mut receiver, filter, mut refresh, ready, permit)| async move {
            if !ready.is_empty() {
                return Some((ready, (state, receiver, filter, refresh, Vec::new(), permit)));
            }
            loop {
                let batch = tokio::select! {
                    () = state.shutdown.cancelled() => return None,
                    _ = refresh.tick() => {
                        state.live.touch();
                        if !crate::auth::lookup::is_valid(&state, bearer.0).await {
                            return None;
                        }
                        continue;
                    }
                    received = receiver.recv() => match received {
                        Ok(delivered) => sse_events(&delivered, &filter),
                        Err(RecvError::Lagged(batches)) => vec![to_sse(None, &StreamEvent::Missed { count: batches })],
                        Err(RecvError::Closed) => return None,
                    },
                };
                if !batch.is_empty() {
                    return Some((batch, (state, receiver, filter, refresh, Vec::new(), permit)));
                }
            }
        },
    );
    futures::StreamExt::flat_map(batches, |events| stream::iter(events.into_iter().map(Ok)))
}

/// A batch's events for a reader; the last one carries the place, since a batch is resumed as a whole.
fn sse_events(delivered: &Delivered, filter: &Filter) -> Vec<Event> {
    if delivered.batch.fleet_id != filter.fleet_id {
        return Vec::new();
    }
    let taken: Vec<&StreamEvent> =
        delivered.batch.events.iter().filter(|event| filter.takes(event)).collect();
    let end = taken.len().saturating_sub(1);
    let events = taken.into_iter().enumerate();
    events.map(|(index, event)| to_sse((index == end).then_some(delivered.id), event)).collect()
}

fn to_sse(id: Option<EventId>, event: &StreamEvent) -> Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    let sse = Event::default().event(event.name()).data(data);
    match id {
        Some(id) => sse.id(id.to_string()),
        None => sse,
    }
}
