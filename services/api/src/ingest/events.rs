//! Tells the live tail and the statistics what a committed batch brought.

use std::collections::BTreeMap;

use argosy_wire::{DeviceName, api::stream::StreamEvent, telemetry::decode::Decoder};
use chrono::Utc;

use crate::{
    ingest::{
        Message,
        plan::Plan,
        traffic::Counts,
        transaction::{Committed, Gap},
    },
    live::Events,
    state::AppState,
};

/// Announces a batch. Nothing here waits or fails: the batch is committed.
pub(super) fn announce(
    state: &AppState,
    messages: &[Message<'_>],
    decoder: &Decoder,
    plan: &Plan,
    committed: &Committed,
) {
    count(state, plan, committed);
    let is_wanted = |fleet_id| state.live.is_wanted(fleet_id);
    for (fleet_id, events) in collect(messages, decoder, plan, committed, is_wanted) {
        state.live.publish(fleet_id, events);
    }
}

/// The events of a batch by fleet, for the fleets whose events are wanted.
pub fn collect(
    messages: &[Message<'_>],
    decoder: &Decoder,
    plan: &Plan,
    committed: &Committed,
    is_wanted: impl Fn(i64) -> bool,
) -> BTreeMap<i64, Events> {
    let mut wanted: BTreeMap<i64, Events> = BTreeMap::new();
    for device in &plan.devices {
        if !wanted.contains_key(&device.fleet_id) && is_wanted(device.fleet_id) {
            wanted.insert(device.fleet_id, Events::default());
        }
    }
    if wanted.is_empty() {
        return wanted;
    }
    for &index in &committed.fresh {
        let telemetry = &plan.telemetry[index];
        let device = &plan.devices[telemetry.device];
        let Some(events) = wanted.get_mut(&device.fleet_id) else { continue };
        let received_at = messages[telemetry.message].received_at;
        let points = telemetry.points.clone();
        for (point, ts) in decoder.points()[points.clone()].iter().zip(&plan.times[points]) {
            events.push_reading(&device.key.device, *ts, received_at, &decoder.text()[point.values.clone()]);
        }
    }
    let mut push = |device: usize, event: &dyn Fn(DeviceName) -> StreamEvent| {
        let device = &plan.devices[device];
        if let (Some(events), Ok(name)) = (wanted.get_mut(&device.fleet_id), device.key.device.parse()) {
            events.push(&device.key.device, &event(name));
        }
    };
    for &Gap { device, boot, first, last } in &committed.gaps {
        push(device, &|device| StreamEvent::Gap { device, boot, first, last });
    }
    for &(device, at, online) in &committed.presence {
        push(device, &|device| StreamEvent::Presence { device, at, online });
    }
    wanted
}

fn count(state: &AppState, plan: &Plan, committed: &Committed) {
    let mut counts: BTreeMap<i64, Counts> = BTreeMap::new();
    for &index in &committed.fresh {
        let telemetry = &plan.telemetry[index];
        let counts = counts.entry(plan.devices[telemetry.device].fleet_id).or_default();
        counts.messages += 1;
        counts.points += i64::try_from(telemetry.points.len()).unwrap_or(i64::MAX);
    }
    for &index in &committed.duplicates {
        counts.entry(plan.devices[plan.telemetry[index].device].fleet_id).or_default().duplicates += 1;
    }
    for refusal in plan.refused.iter().chain(&committed.refused) {
        if let Some(fleet_id) = refusal.fleet_id {
            counts.entry(fleet_id).or_default().dead_letters += 1;
        }
    }
    let now = Utc::now();
    for (fleet_id, counts) in counts {
        state.traffic.add(fleet_id, now, counts);
    }
}
