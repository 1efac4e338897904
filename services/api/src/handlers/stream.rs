//! `GET /stream`: readings, presence and gaps as they are committed, by Server-Sent Events.

mod filter;

use std::{convert::Infallible, sync::Arc, time::Duration};

use argosy_wire::{
    FleetName,
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
use futures::{Stream, StreamExt as _, stream};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, Interval, interval_at},
};

use crate::{
    auth::{BearerHash, FleetAccess, Read, lookup},
    extract::Query,
    handlers::devices::DeviceQuery,
    live::{self, EventId, Reader},
    problem::ApiError,
    state::AppState,
};
use filter::{Filter, StreamQuery};

/// How often a silent stream says that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the bearer, and the devices with the labels asked for, are looked up again, and the reader's place is sent.
const REFRESH: Duration = Duration::from_secs(15);

/// Watch a fleet.
///
/// Events are named `reading`, `presence` and `gap`; each has an id. With `Last-Event-ID` the stream goes on where it was, at any
/// replica. `missed` says that the fleet's events are missing at this place, and how many (0: not known, or whether any): the
/// reader was too slow or too long away, or the replicas' connection was interrupted. Scope: `read`.
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
    let filter = Filter::new(&state.pool, access.fleet.id, query, devices.filter()?).await?;
    let last = headers.get("last-event-id").map(|id| {
        // What is no place of ours is one that nobody knows.
        id.to_str().ok().and_then(|id| id.parse().ok()).unwrap_or(EventId::ORIGIN)
    });
    let reader = state.live.read(access.fleet.id, last).await;
    let refresh = interval_at(Instant::now() + REFRESH, REFRESH);
    let watch = Watch { state, bearer, filter, reader, refresh, sent: None, _permit: permit };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(watch.into_events()).keep_alive(keep_alive).into_response())
}

/// One reader's stream.
struct Watch {
    state: AppState,
    bearer: BearerHash,
    filter: Filter,
    reader: Reader,
    refresh: Interval,
    /// The last place that the reader was sent.
    sent: Option<EventId>,
    _permit: OwnedSemaphorePermit,
}

impl Watch {
    fn into_events(mut self) -> impl Stream<Item = Result<Event, Infallible>> {
        // What a browser sees at once, before anything happens.
        let first = self.place().unwrap_or_default().comment("watching");
        let rest = stream::unfold(self, |mut watch| async move {
            let events = watch.next().await?;
            Some((stream::iter(events), watch))
        });
        stream::iter([first]).chain(rest.flatten()).map(Ok)
    }

    /// What is sent next; `None` at the end.
    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            tokio::select! {
                () = self.state.shutdown.cancelled() => return None,
                _ = self.refresh.tick() => {
                    if !lookup::is_valid(&self.state, self.bearer.0).await {
                        return None;
                    }
                    // Without a database the devices stay those that they were.
                    let _ = self.filter.refresh(&self.state.pool).await;
                    if let Some(place) = self.place() {
                        return Some(vec![place]);
                    }
                }
                read = self.reader.next() => {
                    let events: Vec<Event> = read.iter().flat_map(|read| self.to_sse(read)).collect();
                    if let Some(last) = read.iter().flat_map(live::Read::events).filter(|event| self.filter.takes(event)).last() {
                        self.sent = Some(last.id);
                    }
                    if !events.is_empty() {
                        return Some(events);
                    }
                }
            }
        }
    }

    /// Where the reader is, as an event of an id alone: it comes back to here even if nothing was for it for long.
    fn place(&mut self) -> Option<Event> {
        let place = self.reader.place().filter(|place| self.sent != Some(*place))?;
        self.sent = Some(place);
        Some(Event::default().id(place.to_string()))
    }

    fn to_sse(&self, read: &live::Read) -> Vec<Event> {
        if let live::Read::Missed(count) = read {
            let missed = StreamEvent::Missed { count: *count };
            let data = serde_json::to_string(&missed).unwrap_or_default();
            return vec![Event::default().event(missed.name()).data(data)];
        }
        let wanted = read.events().filter(|event| self.filter.takes(event));
        wanted
            .map(|event| {
                Event::default().event(event.kind.as_str()).id(event.id.to_string()).data(event.json)
            })
            .collect()
    }
}
