//! The last hour, as it would lie behind a fleet that runs.

use argosy_wire::status::StatusMessage;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Fleet, vehicles};

/// Seconds between two readings.
const EVERY: usize = 5;
/// When the vehicle was silent, in seconds since the hour began.
const SILENCE: std::ops::Range<i64> = 2_300..2_540;

/// One vehicle drives for an hour, is offline for four minutes of it, loses some messages and sends some twice.
pub(crate) async fn tell_hour(fleet: &Fleet, device: &str, vehicle: usize) {
    let now = Utc::now();
    let start = now - TimeDelta::hours(1);
    let boot = start.timestamp();
    let at = |seconds: i64| start + TimeDelta::seconds(seconds);
    for (seconds, online, connection) in [(0, true, 1), (SILENCE.start, false, 1), (SILENCE.end, true, 2)] {
        let mut batch = fleet.batch();
        batch.status(device, at(seconds), StatusMessage { online, boot, connection });
        fleet.ingest(batch).await;
    }
    let mut batch = fleet.batch();
    let moments = (0..3_600).step_by(EVERY).filter(|seconds| !SILENCE.contains(seconds));
    for (seq, seconds) in (1..).zip(moments).filter(|(seq, _)| !matches!(seq, 311..=318 | 600..=604)) {
        let values = vehicles::values(vehicle, at(seconds).timestamp_millis() as f64 / 1000.0);
        for _ in 0..if seq % 90 == 0 { 2 } else { 1 } {
            batch.reading(device, (boot, seq), at(seconds), &values);
        }
    }
    fleet.ingest(batch).await;
}

/// Messages a second of the last hour, which are a statistic and no more.
pub(super) async fn tell_traffic(fleet: &Fleet, usual: f64) {
    let end = Utc::now().timestamp() / 10;
    let messages = |slot: i64| {
        let at = slot as f64 * 10.0;
        let wave = (at / 400.0).sin() * 0.08 + (at / 97.0).sin() * 0.03;
        let dip = if (150..174).contains(&(end - slot)) { 0.45 } else { 1.0 };
        #[expect(clippy::cast_possible_truncation, reason = "a few hundred")]
        let messages = (usual * 10.0 * (1.0 + wave) * dip) as i64;
        messages
    };
    let slots: Vec<DateTime<Utc>> =
        (end - 360..end).map(|slot| DateTime::from_timestamp(slot * 10, 0).unwrap()).collect();
    let counts: Vec<i64> = (end - 360..end).map(messages).collect();
    let insert = "insert into traffic (fleet_id, at, messages, points, duplicates)
        select f.id, t.at, t.messages, t.messages * 2, t.messages / 90
        from fleets f, unnest($2::timestamptz[], $3::bigint[]) as t(at, messages) where f.name = $1
        on conflict (fleet_id, at) do update set messages = excluded.messages";
    let insert = sqlx::query(insert).bind(fleet.name.as_str()).bind(slots).bind(counts);
    insert.execute(&fleet.stack.database.pool).await.unwrap();
}
