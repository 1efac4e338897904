//! What the played API answers.

use std::collections::BTreeMap;

use argosy_wire::{
    DeadLetterReason, DeviceName,
    api::{
        Page,
        audit::AuditEntry,
        credential::Credential,
        dead_letter::DeadLetter,
        delivery::{BootDelivery, DeliveryResponse, SequenceRange},
        device::Device,
        fleet::Fleet,
        overview::{DeadLetterCount, OverviewResponse, TrafficSample},
        presence::{PresenceEvent, PresenceResponse, PresenceSource},
        reading::{Aggregate, LatestValue, LatestValues, Reading, ReadingsResponse, Series},
        session::Me,
        token::Token,
        user::User,
    },
};
use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{EMAIL, Fake, problem, signals};

type Query = Vec<(String, String)>;

fn parse(query: Option<String>) -> Query {
    serde_html_form::from_str(&query.unwrap_or_default()).unwrap()
}

fn get<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn millis(query: &Query, name: &str) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(get(query, name).unwrap().parse().unwrap()).unwrap()
}

fn page<T>(items: Vec<T>, query: &Query) -> Page<T> {
    let start: usize = get(query, "cursor").map_or(0, |cursor| cursor.parse().unwrap());
    let limit: usize = get(query, "limit").map_or(50, |limit| limit.parse().unwrap());
    let total = items.len();
    let items = items.into_iter().skip(start).take(limit).collect();
    Page { items, next_cursor: (start + limit < total).then(|| (start + limit).to_string()) }
}

pub(super) async fn read_me(State(fake): State<Fake>) -> Json<Me> {
    let world = fake.world();
    let user = world.users.first().cloned().map(|user| User { role: world.role, ..user });
    Json(Me { name: EMAIL.into(), user, scopes: world.role.scopes().to_vec(), fleet: None })
}

pub(super) async fn list_fleets(State(fake): State<Fake>) -> Json<Vec<Fleet>> {
    Json(fake.world().fleets.clone())
}

pub(super) async fn read_overview(
    State(fake): State<Fake>,
    RawQuery(query): RawQuery,
) -> Json<OverviewResponse> {
    let fleet = get(&parse(query), "fleet").unwrap_or("demo").parse().unwrap();
    let world = fake.world();
    let end = Utc::now().timestamp() / 10;
    let sample = |slot: i64| {
        let at = slot as f64 * 10.0;
        let wave = (at / 400.0).sin() * 0.12 + (at / 97.0).sin() * 0.05;
        let dip = if (190..202).contains(&(end - slot)) { 0.35 } else { 1.0 };
        let base = if world.devices.is_empty() { 0.0 } else { 590.0 };
        #[expect(clippy::cast_possible_truncation, reason = "a few hundred")]
        let messages = (base * (1.0 + wave) * dip) as i64;
        TrafficSample {
            at: DateTime::from_timestamp(slot * 10, 0).unwrap(),
            messages,
            points: messages * 2,
            duplicates: messages / 90,
            dead_letters: 0,
        }
    };
    let traffic: Vec<TrafficSample> = (end - 360..end).map(sample).collect();
    let enabled = world.devices.iter().filter(|device| device.enabled).count();
    let online = world.devices.iter().filter(|device| device.enabled && device.online).count();
    let count = |reason: &DeadLetterReason| {
        let count = world.dead_letters.iter().filter(|letter| letter.dead_letter.reason == *reason).count();
        (count > 0).then(|| DeadLetterCount { reason: *reason, count: i64::try_from(count).unwrap() })
    };
    let mut dead_letters: Vec<DeadLetterCount> = DeadLetterReason::ALL.iter().filter_map(count).collect();
    dead_letters.sort_by_key(|entry| -entry.count);
    Json(OverviewResponse {
        fleet,
        devices: i64::try_from(enabled).unwrap(),
        online: i64::try_from(online).unwrap(),
        disabled: i64::try_from(world.devices.len() - enabled).unwrap(),
        messages_per_second: traffic.last().map_or(0.0, |sample| sample.messages as f64 / 10.0),
        traffic,
        missing: world.missing,
        devices_with_gaps: i64::from(world.missing > 0) * 2,
        dead_letters,
        changes: world.audit.clone(),
    })
}

pub(super) async fn list_devices(State(fake): State<Fake>, RawQuery(query): RawQuery) -> Json<Page<Device>> {
    let query = parse(query);
    let labels: Vec<(&str, &str)> = query
        .iter()
        .filter(|(key, _)| key == "label")
        .filter_map(|(_, value)| value.split_once(':'))
        .collect();
    let search = get(&query, "search").unwrap_or_default();
    let is_wanted = |device: &&Device| {
        let is_state = match get(&query, "state") {
            Some("online") => device.enabled && device.online,
            Some("offline") => device.enabled && !device.online,
            Some("disabled") => !device.enabled,
            _ => true,
        };
        is_state
            && device.name.as_str().contains(search)
            && labels.iter().all(|(key, value)| device.labels.get(*key).is_some_and(|found| found == value))
    };
    let mut found: Vec<Device> = fake.world().devices.iter().filter(is_wanted).cloned().collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Json(page(found, &query))
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn find(fake: &Fake, name: &str) -> Result<(usize, Device), Response> {
    let world = fake.world();
    let found = world.devices.iter().position(|device| device.name.as_str() == name);
    found
        .map(|index| (index, world.devices[index].clone()))
        .ok_or_else(|| problem(404, "Not found", "There is no such device."))
}

pub(super) async fn read_device(
    State(fake): State<Fake>,
    Path(name): Path<String>,
) -> Result<Json<Device>, Response> {
    find(&fake, &name).map(|(_, device)| Json(device))
}

pub(super) async fn read_latest(
    State(fake): State<Fake>,
    Path(name): Path<DeviceName>,
) -> Result<Json<LatestValues>, Response> {
    let (index, device) = find(&fake, name.as_str())?;
    let Some(last_seen) = device.last_seen else {
        return Ok(Json(LatestValues { device: name, last_seen: None, values: BTreeMap::new() }));
    };
    let values = signals::values(index, last_seen.timestamp_millis() as f64 / 1000.0);
    let values = values.into_iter().map(|(key, value)| (key, LatestValue { ts: last_seen, value })).collect();
    Ok(Json(LatestValues { device: name, last_seen: Some(last_seen), values }))
}

/// Nothing is heard in the seventh tenth of a range, nor of a device that is silent.
pub(super) async fn read_readings(
    State(fake): State<Fake>,
    Path(name): Path<DeviceName>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let (index, device) = find(&fake, name.as_str())?;
    let query = parse(query);
    let (from, to) = (millis(&query, "from"), millis(&query, "to"));
    if headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/csv") {
        return Ok(([(header::CONTENT_TYPE, "text/csv")], "ts,speed\n2026-11-21T00:00:00.000Z,12.5\n")
            .into_response());
    }
    let every: i64 = get(&query, "every").and_then(|every| every.strip_suffix('s')).unwrap().parse().unwrap();
    let keys: Vec<&str> =
        query.iter().filter(|(key, _)| key == "key").map(|(_, value)| value.as_str()).collect();
    let is_mean = get(&query, "aggregate") == Some("mean");
    let (start, length) = (from.timestamp() / every * every, (to - from).num_seconds());
    let silence = from.timestamp() + length * 6 / 10..from.timestamp() + length * 66 / 100;
    let silent_from = device.last_seen.map_or(i64::MIN, |seen| seen.timestamp());
    let readings = (0..length / every)
        .map(|bucket| start + bucket * every)
        .filter(|at| !(length >= 3600 && silence.contains(at)) && (device.online || *at <= silent_from))
        .map(|at| {
            let mut values = signals::values(index, at as f64);
            values.retain(|key, value| {
                (keys.is_empty() || keys.contains(&key.as_str())) && (!is_mean || value.is_number())
            });
            Reading { ts: DateTime::from_timestamp(at, 0).unwrap(), values }
        })
        .collect();
    let answer = ReadingsResponse {
        from,
        to,
        every_seconds: Some(every),
        aggregate: Some(if is_mean { Aggregate::Mean } else { Aggregate::Last }),
        series: vec![Series { device: name, readings }],
        next_cursor: None,
    };
    Ok(Json(answer).into_response())
}

pub(super) async fn read_presence(
    State(fake): State<Fake>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<PresenceResponse>, Response> {
    let (_, device) = find(&fake, &name)?;
    let query = parse(query);
    let (from, to) = (millis(&query, "from"), millis(&query, "to"));
    let at = |share: i32| from + (to - from) * share / 100;
    let event = |share, online| PresenceEvent { at: at(share), online, source: PresenceSource::Status };
    let events =
        if to - from >= TimeDelta::hours(1) { vec![event(60, false), event(66, true)] } else { Vec::new() };
    Ok(Json(PresenceResponse { online: device.online, online_before: Some(true), events }))
}

pub(super) async fn read_delivery(Path(device): Path<DeviceName>) -> Json<DeliveryResponse> {
    let range = |first, last| SequenceRange { first, last };
    let now = Utc::now().timestamp();
    let boots = vec![
        BootDelivery {
            boot: now - 7200,
            received: 7174,
            highest: 7201,
            missing: 27,
            duplicates: 61,
            ranges: vec![range(1, 4310), range(4319, 5040), range(5060, 7201)],
            gaps: vec![range(4311, 4318), range(5041, 5059)],
        },
        BootDelivery {
            boot: now - 86_400 * 2,
            received: 165_204,
            highest: 165_204,
            missing: 0,
            duplicates: 1204,
            ranges: vec![range(1, 165_204)],
            gaps: Vec::new(),
        },
    ];
    Json(DeliveryResponse { device, boots, missing: 27, duplicates: 1265 })
}

pub(super) async fn list_credentials(
    State(fake): State<Fake>,
    Path(name): Path<String>,
) -> Result<Json<Vec<Credential>>, Response> {
    find(&fake, &name)?;
    Ok(Json(fake.world().credentials.get(&name).cloned().unwrap_or_default()))
}

pub(super) async fn list_dead_letters(
    State(fake): State<Fake>,
    RawQuery(query): RawQuery,
) -> Json<Page<DeadLetter>> {
    let query = parse(query);
    let (reason, device) = (get(&query, "reason"), get(&query, "device"));
    let letters =
        fake.world().dead_letters.iter().map(|letter| letter.dead_letter.clone()).collect::<Vec<_>>();
    let is_wanted = |letter: &DeadLetter| {
        reason.is_none_or(|reason| letter.reason.as_str() == reason)
            && device.is_none_or(|device| letter.device.as_deref() == Some(device))
    };
    let mut letters: Vec<DeadLetter> = letters.into_iter().filter(is_wanted).collect();
    letters.sort_by_key(|letter| std::cmp::Reverse(letter.last_received_at));
    Json(page(letters, &query))
}

pub(super) async fn read_dead_letter(State(fake): State<Fake>, Path(id): Path<i64>) -> Response {
    match fake.world().dead_letters.iter().find(|letter| letter.dead_letter.id == id) {
        Some(letter) => Json(letter).into_response(),
        None => problem(404, "Not found", "There is no such dead letter."),
    }
}

pub(super) async fn list_tokens(State(fake): State<Fake>) -> Json<Vec<Token>> {
    Json(fake.world().tokens.clone())
}

pub(super) async fn list_users(State(fake): State<Fake>) -> Json<Vec<User>> {
    Json(fake.world().users.clone())
}

pub(super) async fn list_audit(
    State(fake): State<Fake>,
    RawQuery(query): RawQuery,
) -> Json<Page<AuditEntry>> {
    Json(page(fake.world().audit.clone(), &parse(query)))
}
