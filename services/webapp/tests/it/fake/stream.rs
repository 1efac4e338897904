//! The played live tail.

use std::{convert::Infallible, time::Duration};

use argosy_wire::api::stream::StreamEvent;
use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use chrono::Utc;
use futures::{Stream, stream};

use super::{Fake, problem, signals};

/// `GET /stream`
pub(super) async fn read_stream(
    State(fake): State<Fake>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if fake.world().pace < 0.0 {
        return problem(503, "Service unavailable", "The live tail is away.");
    }
    let query: Vec<(String, String)> = serde_html_form::from_str(&query.unwrap_or_default()).unwrap();
    let only: Vec<String> =
        query.iter().filter(|(key, _)| key == "device").map(|(_, value)| value.clone()).collect();
    let kinds: Vec<String> =
        query.iter().filter(|(key, _)| key == "kind").map(|(_, value)| value.clone()).collect();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.strip_prefix("1-")?.parse().ok());
    let resumed = last.is_some();
    let events = events(fake, only, kinds, last.unwrap_or(0));
    let _ = resumed;
    Sse::new(events).keep_alive(KeepAlive::new()).into_response()
}

fn events(
    fake: Fake,
    only: Vec<String>,
    kinds: Vec<String>,
    from: usize,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let start = (fake, only, kinds, from);
    stream::unfold(start, async |(fake, only, kinds, mut number)| {
        loop {
            let pace = fake.world().pace;
            if pace < 0.0 {
                return None;
            }
            tokio::time::sleep(Duration::from_secs_f64(1.0 / pace.max(0.5))).await;
            number += 1;
            let Some(event) = event(&fake, number) else { continue };
            if event.0.is_some_and(|device| !only.is_empty() && !only.contains(&device)) {
                // One device sends once a second or so.
                if !only.is_empty()
                    && kinds.is_empty()
                    && let Some(event) = reading(&fake, &only[0])
                {
                    tokio::time::sleep(Duration::from_millis(600)).await;
                    let sse = to_sse(number, &event);
                    return Some((Ok(sse), (fake, only, kinds, number)));
                }
                continue;
            }
            if !kinds.is_empty() && !kinds.iter().any(|kind| kind == event.1.name()) {
                continue;
            }
            let sse = to_sse(number, &event.1);
            return Some((Ok(sse), (fake, only, kinds, number)));
        }
    })
}

fn to_sse(number: usize, event: &StreamEvent) -> Event {
    Event::default().event(event.name()).id(format!("1-{number}")).data(serde_json::to_string(event).unwrap())
}

fn reading(fake: &Fake, name: &str) -> Option<StreamEvent> {
    let world = fake.world();
    let index = world.devices.iter().position(|device| device.name.as_str() == name)?;
    let now = Utc::now();
    let values = signals::values(index, now.timestamp_millis() as f64 / 1000.0);
    Some(StreamEvent::Reading {
        device: world.devices[index].name.clone(),
        ts: now,
        received_at: now,
        values,
    })
}

fn event(fake: &Fake, number: usize) -> Option<(Option<String>, StreamEvent)> {
    let world = fake.world();
    if world.devices.is_empty() || world.pace == 0.0 {
        return None;
    }
    let index = number * 7 % world.devices.len();
    let device = world.devices[index].name.clone();
    let name = Some(device.to_string());
    let now = Utc::now();
    let event = match number % 97 {
        31 => StreamEvent::Gap { device, boot: 1, first: 118, last: 120 },
        63 => StreamEvent::Presence { device, at: now, online: number.is_multiple_of(2) },
        _ => {
            let mut values = signals::values(index, now.timestamp_millis() as f64 / 1000.0);
            values.retain(|key, _| {
                matches!(key.as_str(), "speed" | "fuel" | "engine_temperature" | "door_open")
            });
            StreamEvent::Reading { device, ts: now, received_at: now, values }
        }
    };
    Some((name, event))
}
