//! Tells the live tail and the statistics what a committed batch brought.

use std::collections::BTreeMap;

use argosy_wire::{DeviceName, api::stream::StreamEvent, telemetry::decode::Decoder};
use chrono::Utc;

use crate::{
    ingest::{
        Message,
        plan::{Plan, PlannedDevice},
        traffic::Counts,
        transaction::Committed,
    },
    live::FleetEvents,
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
    let mut wanted: BTreeMap<i64, Vec<StreamEvent>> = BTreeMap::new();
    for device in &plan.devices {
        if !wanted.contains_key(&device.fleet_id) && state.live.is_wanted(device.fleet_id) {
            wanted.insert(device.fleet_id, Vec::new());
        }
    }
    if wanted.is_empty() {
        return;
    }
    for &index in &committed.fresh {
        let telemetry = &plan.telemetry[index];
        let device = &plan.devices[telemetry.device];
        let Some((events, name)) = events_of(&mut wanted, device) else { continue };
        for (point, ts) in decoder.points()[telemetry.points.clone()].iter().zip(&telemetry.times) {
            events.push(StreamEvent::Reading {
                device: name.clone(),
                ts: *ts,
                received_at: messages[telemetry.message].received_at,
                values: serde_json::from_str(&decoder.text()[point.values.clone()]).unwrap_or_default(),
            });
        }
    }
    for gap in &committed.gaps {
        if let Some((events, device)) = events_of(&mut wanted, &plan.devices[gap.device]) {
            events.push(StreamEvent::Gap { device, boot: gap.boot, first: gap.first, last: gap.last });
        }
    }
    for &(device, at, online) in &committed.presence {
        if let Some((events, device)) = events_of(&mut wanted, &plan.devices[device]) {
            events.push(StreamEvent::Presence { device, at, online });
        }
    }
    for (fleet_id, events) in wanted {
        if !events.is_empty() {
            state.live.publish(FleetEvents { fleet_id, events: events.into() });
        }
    }
}

fn events_of<'w>(
    wanted: &'w mut BTreeMap<i64, Vec<StreamEvent>>,
    device: &PlannedDevice,
) -> Option<(&'w mut Vec<StreamEvent>, DeviceName)> {
    Some((wanted.get_mut(&device.fleet_id)?, device.key.device.parse().ok()?))
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
