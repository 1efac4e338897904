//! Rows of `traffic`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::ingest::traffic::Counts;

/// Adds counts by fleet and slot (seconds since 1970).
pub(crate) async fn add_traffic(
    connection: &mut PgConnection,
    slots: &BTreeMap<(i64, i64), Counts>,
) -> Result<(), sqlx::Error> {
    let fleets: Vec<i64> = slots.keys().map(|key| key.0).collect();
    let times: Vec<DateTime<Utc>> =
        slots.keys().map(|key| DateTime::from_timestamp(key.1, 0).unwrap_or_default()).collect();
    let messages: Vec<i64> = slots.values().map(|counts| counts.messages).collect();
    let points: Vec<i64> = slots.values().map(|counts| counts.points).collect();
    let duplicates: Vec<i64> = slots.values().map(|counts| counts.duplicates).collect();
    let dead_letters: Vec<i64> = slots.values().map(|counts| counts.dead_letters).collect();
    sqlx::query!(
        "insert into traffic as t (fleet_id, at, messages, points, duplicates, dead_letters)
         select n.* from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
            as n(fleet_id, at, messages, points, duplicates, dead_letters)
         join fleets f on f.id = n.fleet_id
         on conflict (fleet_id, at) do update set
            messages = t.messages + excluded.messages, points = t.points + excluded.points,
            duplicates = t.duplicates + excluded.duplicates, dead_letters = t.dead_letters + excluded.dead_letters",
        &fleets,
        &times,
        &messages,
        &points,
        &duplicates,
        &dead_letters,
    )
    .execute(connection)
    .await?;
    Ok(())
}
