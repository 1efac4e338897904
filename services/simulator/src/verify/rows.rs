//! The rows of a device, as the API exports them.

use anyhow::Context as _;
use argosy_client::{Client, ReadReadings, Span};
use argosy_wire::DeviceName;
use chrono::{TimeDelta, Utc};
use futures::StreamExt as _;
use serde::Deserialize;

use super::Boots;
use crate::patience::patiently;

/// How far a timestamp may be from the moment it was sent: clocks are wrong, and readings late.
const FAR: TimeDelta = TimeDelta::days(2);

/// Which numbers have rows. A simulated message has one point, and so one row.
#[derive(Default)]
pub(super) struct Rows {
    /// Numbers with a row.
    pub(super) stored: Boots,
    /// Numbers with more than one.
    pub(super) doubled: Boots,
    /// Rows beyond the first of their number.
    pub(super) surplus: i64,
}

#[derive(Deserialize)]
struct Row {
    boot: Option<i64>,
    seq: Option<i64>,
}

impl Rows {
    /// Reads all rows of these boots.
    pub(super) async fn read(client: &Client, device: &DeviceName, boots: &Boots) -> anyhow::Result<Self> {
        let mut rows = Self::default();
        let Some(&first_boot) = boots.keys().next() else { return Ok(rows) };
        // A simulated boot is the second of its start.
        let from = first_boot.saturating_sub(FAR.num_seconds()).max(0).saturating_mul(1000);
        let to = (Utc::now() + FAR).timestamp_millis();
        let span = Span { from: Some(from.to_string()), to: Some(to.to_string()) };
        let read = ReadReadings { span, ..ReadReadings::default() };
        let response = patiently(|| client.export_readings(device, &read, "application/x-ndjson")).await?;
        let mut body = response.bytes_stream();
        let mut buffer = Vec::new();
        while let Some(chunk) = body.next().await {
            buffer.extend_from_slice(&chunk.context("the export broke off")?);
            let Some(end) = buffer.iter().rposition(|byte| *byte == b'\n') else { continue };
            for line in buffer[..end].split(|byte| *byte == b'\n') {
                let row: Row =
                    serde_json::from_slice(line).context("the export has a line that is no reading")?;
                rows.add(&row, boots);
            }
            buffer.drain(..=end);
        }
        anyhow::ensure!(buffer.is_empty(), "the export ends in the middle of a line");
        Ok(rows)
    }

    fn add(&mut self, row: &Row, boots: &Boots) {
        let (Some(boot), Some(seq)) = (row.boot, row.seq) else { return };
        if boots.contains_key(&boot) && !self.stored.entry(boot).or_default().insert(seq) {
            self.doubled.entry(boot).or_default().insert(seq);
            self.surplus += 1;
        }
    }
}
