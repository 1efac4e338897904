//! The newest values that a batch brings, by device.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use argosy_wire::telemetry::decode::Decoder;
use chrono::{DateTime, Utc};

use crate::{
    db::batch::latest::LatestRow,
    ingest::{Message, plan::Plan},
};

#[expect(clippy::struct_field_names, reason = "the newest of its times")]
struct Newest<'d> {
    last_seen_at: DateTime<Utc>,
    oldest: DateTime<Utc>,
    newest: DateTime<Utc>,
    values: HashMap<&'d str, (DateTime<Utc>, &'d str)>,
}

/// One row a device, in the order of their ids. Of two values of one moment the later arrival counts.
pub fn newest(messages: &[Message<'_>], decoder: &Decoder, plan: &Plan, fresh: &[usize]) -> Vec<LatestRow> {
    let text = decoder.text();
    let mut devices: BTreeMap<i64, Newest<'_>> = BTreeMap::new();
    for &index in fresh {
        let telemetry = &plan.telemetry[index];
        let received_at = messages[telemetry.message].received_at;
        for (point, &time) in decoder.points()[telemetry.points.clone()].iter().zip(&telemetry.times) {
            let device = devices.entry(plan.devices[telemetry.device].id).or_insert_with(|| Newest {
                last_seen_at: received_at,
                oldest: time,
                newest: time,
                values: HashMap::new(),
            });
            device.last_seen_at = device.last_seen_at.max(received_at);
            device.oldest = device.oldest.min(time);
            device.newest = device.newest.max(time);
            for entry in &decoder.entries()[point.entries.clone()] {
                let value = (time, &text[entry.value.clone()]);
                let slot = device.values.entry(&text[entry.key.clone()]).or_insert(value);
                if slot.0 <= time {
                    *slot = value;
                }
            }
        }
    }
    devices.into_iter().map(|(device_id, newest)| newest.into_row(device_id)).collect()
}

impl Newest<'_> {
    fn into_row(self, device_id: i64) -> LatestRow {
        let mut values = String::with_capacity(self.values.len() * 48);
        values.push('{');
        for (position, (key, (time, value))) in self.values.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let millis = time.timestamp_millis();
            // Keys need no escape: they are [A-Za-z0-9_.-]; values are JSON already.
            let _ = write!(values, "{comma}\"{key}\":{{\"t\":{millis},\"v\":{value}}}");
        }
        values.push('}');
        LatestRow {
            device_id,
            last_seen_at: self.last_seen_at,
            oldest: self.oldest,
            newest: self.newest,
            values,
        }
    }
}
