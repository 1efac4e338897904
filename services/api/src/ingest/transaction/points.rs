//! The points that a batch brings, as they are inserted.

use argosy_wire::telemetry::decode::Decoder;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use crate::{
    db::batch::readings::ReadingColumns,
    ingest::{Message, plan::Plan},
};

/// Points, sorted by device and time so that they lie together, and their minutes.
#[derive(Debug)]
pub struct Points<'d> {
    /// The points.
    pub(super) columns: ReadingColumns<'d>,
    /// The minutes they lie in, each once: device, start.
    pub(super) minutes: Vec<(i64, DateTime<Utc>)>,
}

/// The points of fresh messages.
pub fn sort<'d>(messages: &[Message<'_>], decoder: &'d Decoder, plan: &Plan, fresh: &[usize]) -> Points<'d> {
    let mut rows: Vec<(usize, DateTime<Utc>, usize, usize)> = Vec::with_capacity(fresh.len());
    for &index in fresh {
        let telemetry = &plan.telemetry[index];
        let points = telemetry.points.clone();
        rows.extend(points.map(|point| (telemetry.device, plan.times[point], index, point)));
    }
    rows.sort_unstable();
    let mut columns = ReadingColumns::with_capacity(rows.len());
    let mut minutes: Vec<(i64, DateTime<Utc>)> = Vec::new();
    for (device, time, index, point) in rows {
        let telemetry = &plan.telemetry[index];
        let device_id = plan.devices[device].id;
        columns.push(
            device_id,
            time,
            messages[telemetry.message].received_at,
            telemetry.sequence,
            &decoder.text()[decoder.points()[point].values.clone()],
        );
        let minute = time.duration_trunc(TimeDelta::minutes(1)).unwrap_or(time);
        if minutes.last() != Some(&(device_id, minute)) {
            minutes.push((device_id, minute));
        }
    }
    Points { columns, minutes }
}
