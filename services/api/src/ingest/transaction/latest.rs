//! The newest values that a batch brings, by device.

use std::{collections::HashMap, fmt::Write as _};

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
    values: Vec<Value<'d>>,
    /// Where each key's value is.
    places: HashMap<&'d str, usize>,
}

struct Value<'d> {
    key: &'d str,
    time: DateTime<Utc>,
    json: &'d str,
}

/// One row a device, in the order of their ids. Of two values of one moment the later arrival counts.
pub fn newest(messages: &[Message<'_>], decoder: &Decoder, plan: &Plan, fresh: &[usize]) -> Vec<LatestRow> {
    let text = decoder.text();
    let mut devices: Vec<Option<Newest<'_>>> = plan.devices.iter().map(|_| None).collect();
    for &index in fresh {
        let telemetry = &plan.telemetry[index];
        let received_at = messages[telemetry.message].received_at;
        let points = telemetry.points.clone();
        for (point, &time) in decoder.points()[points.clone()].iter().zip(&plan.times[points]) {
            let device = devices[telemetry.device].get_or_insert_with(|| Newest {
                last_seen_at: received_at,
                oldest: time,
                newest: time,
                values: Vec::new(),
                places: HashMap::new(),
            });
            device.last_seen_at = device.last_seen_at.max(received_at);
            device.oldest = device.oldest.min(time);
            device.newest = device.newest.max(time);
            for (position, entry) in decoder.entries()[point.entries.clone()].iter().enumerate() {
                let [key, json] = [&entry.key, &entry.value].map(|range| &text[range.clone()]);
                device.add(position, Value { key, time, json });
            }
        }
    }
    let ids = plan.devices.iter().map(|device| device.id);
    ids.zip(devices).filter_map(|(id, newest)| Some(newest?.into_row(id))).collect()
}

impl<'d> Newest<'d> {
    /// Adds a value. A device's points mostly have the same keys in the same order, so that the position in the point tells where
    /// the key's value is, and no key is looked up.
    fn add(&mut self, position: usize, value: Value<'d>) {
        let place = match self.values.get(position) {
            Some(known) if known.key == value.key => position,
            _ => *self.places.entry(value.key).or_insert(self.values.len()),
        };
        match self.values.get_mut(place) {
            Some(known) if known.time <= value.time => *known = value,
            Some(_) => {}
            None => self.values.push(value),
        }
    }

    fn into_row(self, device_id: i64) -> LatestRow {
        let mut values = String::with_capacity(self.values.len() * 48);
        values.push('{');
        for (position, Value { key, time, json }) in self.values.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let millis = time.timestamp_millis();
            // Keys need no escape: they are [A-Za-z0-9_.-]; values are JSON already.
            let _ = write!(values, "{comma}\"{key}\":{{\"t\":{millis},\"v\":{json}}}");
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
