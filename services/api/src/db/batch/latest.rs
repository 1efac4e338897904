//! Rows of `latest_values`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What a batch brings for one device.
#[derive(Debug)]
pub struct LatestRow {
    /// The device.
    pub(crate) device_id: i64,
    /// When its last message was received.
    pub(crate) last_seen_at: DateTime<Utc>,
    /// The earliest of its points.
    pub(crate) oldest: DateTime<Utc>,
    /// The latest of its points.
    pub(crate) newest: DateTime<Utc>,
    /// The newest values, in the table's form.
    pub(crate) values: String,
}

/// Brings values up to date. Late data goes the slow way, key by key. A device that keeps inventing keys keeps those of its
/// last batch once they are more than fit a quarter of a megabyte.
pub(crate) async fn update(connection: &mut PgConnection, rows: &[LatestRow]) -> Result<(), sqlx::Error> {
    let devices: Vec<i64> = rows.iter().map(|row| row.device_id).collect();
    let last_seen_at: Vec<_> = rows.iter().map(|row| row.last_seen_at).collect();
    let oldest: Vec<_> = rows.iter().map(|row| row.oldest).collect();
    let newest: Vec<_> = rows.iter().map(|row| row.newest).collect();
    let values: Vec<&str> = rows.iter().map(|row| row.values.as_str()).collect();
    sqlx::query!(
        "update latest_values l set
            last_seen_at = greatest(l.last_seen_at, n.last_seen_at),
            ts = greatest(l.ts, n.newest),
            values = case
                when l.ts is null or pg_column_size(l.values) > 262144 then n.values::jsonb
                when n.oldest >= l.ts then l.values || n.values::jsonb
                else merge_latest(l.values, n.values::jsonb)
            end
         from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::text[])
            as n(device_id, last_seen_at, oldest, newest, values)
         where l.device_id = n.device_id",
        &devices,
        &last_seen_at,
        &oldest,
        &newest,
        &values as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
