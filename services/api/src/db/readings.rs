//! The tables `readings` and `rollups`, as queries read them.

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use serde_json::{Map, Value};
use sqlx::{PgConnection, types::Json};

use crate::{range::TimeRange, readings::fold::Folds};

/// One row.
#[derive(Debug)]
pub(crate) struct ReadingRow {
    /// By the device's clock.
    pub(crate) ts: DateTime<Utc>,
    /// When it was received.
    pub(crate) received_at: DateTime<Utc>,
    /// Its message's boot, where it has one.
    pub(crate) boot: Option<i64>,
    /// Its message's number, where it has one.
    pub(crate) seq: Option<i64>,
    /// Values by key.
    pub(crate) values: Json<Map<String, Value>>,
}

/// A position among a device's rows: so many rows of this moment were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct RowPosition {
    /// The moment, in microseconds since 1970, which is what PostgreSQL keeps.
    pub(crate) micros: i64,
    /// Rows of it.
    pub(crate) rows: i64,
}

/// Rows of a device in the order of time, from a position on; with `keys`, those that have one of them.
pub(crate) async fn list_readings(
    connection: &mut PgConnection,
    device_id: i64,
    range: TimeRange,
    keys: &[String],
    after: Option<RowPosition>,
    limit: i64,
) -> Result<Vec<ReadingRow>, sqlx::Error> {
    let from = after.and_then(|after| DateTime::from_timestamp_micros(after.micros)).unwrap_or(range.from);
    let keys = (!keys.is_empty()).then_some(keys);
    sqlx::query_as!(
        ReadingRow,
        r#"select ts, received_at, boot, seq, values as "values: Json<Map<String, Value>>"
         from readings
         where device_id = $1 and ts >= $2 and ts < $3 and ($4::text[] is null or values ?| $4)
         order by ts, received_at, boot, seq, ctid offset $5 limit $6"#,
        device_id,
        from,
        range.to,
        keys as _,
        after.map_or(0, |after| after.rows),
        limit,
    )
    .fetch_all(connection)
    .await
}

/// The position after these rows, which followed `before`.
pub(crate) fn position_after(rows: &[ReadingRow], before: Option<RowPosition>) -> Option<RowPosition> {
    let micros = rows.last()?.ts.timestamp_micros();
    let same = rows.iter().rev().take_while(|row| row.ts.timestamp_micros() == micros).count();
    let earlier =
        before.filter(|before| before.micros == micros && same == rows.len()).map_or(0, |before| before.rows);
    Some(RowPosition { micros, rows: earlier + i64::try_from(same).unwrap_or(i64::MAX) })
}

/// The minutes of a range whose rollup does not say what their rows say, in order.
pub(crate) async fn find_unrolled(
    connection: &mut PgConnection,
    device_id: i64,
    range: TimeRange,
) -> Result<Vec<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select minute as "minute!" from rollup_dirty where device_id = $1 and minute >= $2 and minute < $3
         union
         select minute from rollup_claims where device_id = $1 and minute >= $2 and minute < $3
         order by 1"#,
        device_id,
        range.from,
        range.to,
    )
    .fetch_all(connection)
    .await
}

/// The rollups of a range, in order.
pub(crate) async fn find_rollups(
    connection: &mut PgConnection,
    device_id: i64,
    range: TimeRange,
) -> Result<Vec<(DateTime<Utc>, Json<Folds>)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select minute, values as "values: Json<Folds>" from rollups
         where device_id = $1 and minute >= $2 and minute < $3 order by minute"#,
        device_id,
        range.from,
        range.to,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.minute, row.values)).collect())
}

/// Calls `each` for every row of these ranges with its values, which are a JSON object, in the order of time, in constant memory.
pub(crate) async fn for_each_reading(
    connection: &mut PgConnection,
    device_id: i64,
    ranges: &[TimeRange],
    mut each: impl FnMut(DateTime<Utc>, &str) -> Result<(), serde_json::Error>,
) -> Result<(), sqlx::Error> {
    let from: Vec<_> = ranges.iter().map(|range| range.from).collect();
    let to: Vec<_> = ranges.iter().map(|range| range.to).collect();
    let mut rows = sqlx::query!(
        r#"select r.ts as "ts!", r.values::text as "values!"
         from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as asked(lower, upper, position)
         cross join lateral (
            select ts, values from readings
            where device_id = $1 and ts >= asked.lower and ts < asked.upper
            order by ts, received_at, boot, seq, ctid
         ) r
         order by asked.position"#,
        device_id,
        &from,
        &to,
    )
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        each(row.ts, &row.values).map_err(|error| sqlx::Error::Decode(error.into()))?;
    }
    Ok(())
}
