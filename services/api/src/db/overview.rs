//! What the overview shows, each by a statement that touches one fleet.

use argosy_wire::api::overview::{DeadLetterCount, TrafficSample};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Counts of a fleet's devices.
pub(crate) struct DeviceCounts {
    /// Enabled.
    pub(crate) enabled: i64,
    /// Of them, online.
    pub(crate) online: i64,
    /// Disabled.
    pub(crate) disabled: i64,
}

/// Counts devices by state.
pub(crate) async fn count_devices(
    connection: &mut PgConnection,
    fleet_id: i64,
) -> Result<DeviceCounts, sqlx::Error> {
    sqlx::query_as!(
        DeviceCounts,
        r#"select count(*) filter (where enabled) as "enabled!", count(*) filter (where enabled and online) as "online!",
            count(*) filter (where not enabled) as "disabled!"
         from devices where fleet_id = $1"#,
        fleet_id
    )
    .fetch_one(connection)
    .await
}

/// Missing sequence numbers, and how many devices miss some.
pub(crate) async fn count_missing(
    connection: &mut PgConnection,
    fleet_id: i64,
) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        r#"select coalesce(sum(s.highest - s.received_count), 0)::bigint as "missing!",
            count(distinct s.device_id) as "devices!"
         from device_streams s join devices d on d.id = s.device_id
         where d.fleet_id = $1 and s.highest > s.received_count"#,
        fleet_id
    )
    .fetch_one(connection)
    .await?;
    Ok((row.missing, row.devices))
}

/// Dead letters by reason.
pub(crate) async fn count_dead_letters(
    connection: &mut PgConnection,
    fleet_id: i64,
) -> Result<Vec<DeadLetterCount>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select reason, count(*) as "count!" from dead_letters where fleet_id = $1 group by reason order by 2 desc, 1"#,
        fleet_id
    )
    .fetch_all(connection)
    .await?;
    let counts = rows
        .into_iter()
        .filter_map(|row| Some(DeadLetterCount { reason: row.reason.parse().ok()?, count: row.count }));
    Ok(counts.collect())
}

/// Traffic since a moment, oldest first; ten seconds without any have no entry.
pub(crate) async fn list_traffic(
    connection: &mut PgConnection,
    fleet_id: i64,
    since: DateTime<Utc>,
) -> Result<Vec<TrafficSample>, sqlx::Error> {
    sqlx::query_as!(
        TrafficSample,
        "select at, messages, points, duplicates, dead_letters
         from traffic where fleet_id = $1 and at >= $2 order by at",
        fleet_id,
        since
    )
    .fetch_all(connection)
    .await
}
