//! Messages for ingestion, as devices would send them.

use argosy_wire::{FleetName, batch, status::StatusMessage};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// Messages of one fleet's devices, in the order of arrival.
#[derive(Debug)]
pub(crate) struct Batch {
    fleet: FleetName,
    lines: Vec<u8>,
}

impl Batch {
    pub(crate) fn new(fleet: &FleetName) -> Self {
        Self { fleet: fleet.clone(), lines: Vec::new() }
    }

    /// A reading of this moment, received at the same.
    pub(crate) fn reading(
        &mut self,
        device: &str,
        (boot, seq): (i64, i64),
        at: DateTime<Utc>,
        values: &Map<String, Value>,
    ) {
        let point = json!({"ts": at.timestamp_millis(), "values": values});
        self.telemetry(device, at, json!({"boot": boot, "seq": seq, "points": [point]}).to_string());
    }

    /// Whatever a device publishes as telemetry.
    pub(crate) fn telemetry(&mut self, device: &str, received_at: DateTime<Utc>, payload: impl AsRef<[u8]>) {
        let topic = format!("v1/{}/{device}/telemetry", self.fleet);
        self.message(&topic, received_at, payload);
    }

    /// Whatever comes on whatever topic.
    pub(crate) fn message(&mut self, topic: &str, received_at: DateTime<Utc>, payload: impl AsRef<[u8]>) {
        batch::write_line(&mut self.lines, topic, received_at.timestamp_millis(), payload.as_ref());
    }

    /// A device says whether it is online.
    pub(crate) fn status(&mut self, device: &str, received_at: DateTime<Utc>, status: StatusMessage) {
        let topic = format!("v1/{}/{device}/status", self.fleet);
        self.message(&topic, received_at, serde_json::to_vec(&status).unwrap());
    }

    /// The lines, to be sent.
    pub(crate) fn into_lines(self) -> Vec<u8> {
        self.lines
    }
}
