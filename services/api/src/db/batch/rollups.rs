//! Rows of `rollup_dirty`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Marks minutes (device, start) whose rollup no longer says what their readings say.
pub(crate) async fn mark_dirty(
    connection: &mut PgConnection,
    minutes: &[(i64, DateTime<Utc>)],
) -> Result<(), sqlx::Error> {
    let (devices, starts): (Vec<i64>, Vec<DateTime<Utc>>) = minutes.iter().copied().unzip();
    sqlx::query!(
        "insert into rollup_dirty (device_id, minute)
         select * from unnest($1::bigint[], $2::timestamptz[])
         on conflict do nothing",
        &devices,
        &starts,
    )
    .execute(connection)
    .await?;
    Ok(())
}
