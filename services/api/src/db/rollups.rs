//! The tables `rollup_dirty`, `rollup_claims` and `rollups`, as the task that makes rollups changes them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::readings::{fold::Folds, pace::Pace};

/// Moves dirty minutes to the claims, and notes by when they have settled: once every transaction older than that has ended,
/// no rows of these minutes can appear without a new mark.
pub(crate) async fn claim(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with taken as (
            delete from rollup_dirty where (device_id, minute) in (
                select device_id, minute from rollup_dirty where minute < $1
                order by device_id, minute limit $2 for update skip locked
            ) returning device_id, minute
         )
         insert into rollup_claims (device_id, minute)
         select device_id, minute from taken order by 1, 2
         on conflict (device_id, minute) do update set settled_by = null",
        before,
        limit
    )
    .execute(&mut *connection)
    .await?;
    // After the commit of the claim, so that its number is above everybody's who did not see it.
    sqlx::query!(
        "update rollup_claims set settled_by = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
         where settled_by is null"
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes claims that have settled: their minutes are clean when the transaction commits, and claimed again when it does not.
///
/// A number that no transaction has had yet is that of another server, whose rows came here by logical replication, as in an upgrade:
/// its transactions have all ended.
pub(crate) async fn take_settled(
    connection: &mut PgConnection,
    limit: i64,
) -> Result<Vec<(i64, DateTime<Utc>)>, sqlx::Error> {
    let rows = sqlx::query!(
        "delete from rollup_claims where (device_id, minute) in (
            select device_id, minute from rollup_claims
            where settled_by <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                or settled_by > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            order by device_id, minute limit $1 for update skip locked
         ) returning device_id, minute",
        limit
    )
    .fetch_all(connection)
    .await?;
    let mut minutes: Vec<_> = rows.into_iter().map(|row| (row.device_id, row.minute)).collect();
    minutes.sort_unstable();
    Ok(minutes)
}

/// Calls `each` for every row of these minutes (device, start) with its time and its values, which are a JSON object, in the order of
/// time within a minute, at this pace.
pub(crate) async fn for_each_reading(
    connection: &mut PgConnection,
    minutes: &[(i64, DateTime<Utc>)],
    pace: &mut Pace,
    mut each: impl FnMut((i64, DateTime<Utc>), DateTime<Utc>, &str) -> Result<(), serde_json::Error>,
) -> Result<(), sqlx::Error> {
    let (devices, starts): (Vec<i64>, Vec<DateTime<Utc>>) = minutes.iter().copied().unzip();
    let mut rows = sqlx::query!(
        r#"select asked.device_id as "device_id!", asked.minute as "minute!", r.ts as "ts!",
            r.values::text as "values!"
         from unnest($1::bigint[], $2::timestamptz[]) as asked(device_id, minute)
         cross join lateral (
            select ts, values from readings
            where device_id = asked.device_id and ts >= asked.minute and ts < asked.minute + interval '1 minute'
            order by ts, received_at, boot, seq, ctid
         ) r"#,
        &devices,
        &starts,
    )
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        each((row.device_id, row.minute), row.ts, &row.values)
            .map_err(|error| sqlx::Error::Decode(error.into()))?;
        pace.keep().await;
    }
    Ok(())
}

/// Replaces rollups; those of minutes without rows go.
pub(crate) async fn replace(
    connection: &mut PgConnection,
    folds: &BTreeMap<(i64, DateTime<Utc>), Folds>,
) -> Result<(), sqlx::Error> {
    let (full, empty): (Vec<_>, Vec<_>) = folds.iter().partition(|(_, folds)| !folds.is_empty());
    let keys = |rows: &[(&(i64, DateTime<Utc>), &Folds)]| -> (Vec<i64>, Vec<DateTime<Utc>>) {
        rows.iter().map(|(key, _)| **key).unzip()
    };
    if !full.is_empty() {
        let (devices, minutes) = keys(&full);
        let values: Vec<Value> = full.iter().map(|(_, folds)| json!(folds)).collect();
        sqlx::query!(
            "insert into rollups (device_id, minute, values)
             select * from unnest($1::bigint[], $2::timestamptz[], $3::jsonb[])
             on conflict (device_id, minute) do update set values = excluded.values",
            &devices,
            &minutes,
            &values,
        )
        .execute(&mut *connection)
        .await?;
    }
    if !empty.is_empty() {
        let (devices, minutes) = keys(&empty);
        sqlx::query!(
            "delete from rollups r using unnest($1::bigint[], $2::timestamptz[]) as gone(device_id, minute)
             where r.device_id = gone.device_id and r.minute = gone.minute",
            &devices,
            &minutes,
        )
        .execute(connection)
        .await?;
    }
    Ok(())
}
