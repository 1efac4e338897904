//! Presence: its state on `devices`, its history in `presence_events`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The presence of a device after a batch.
#[derive(Debug)]
pub(crate) struct PresenceChange {
    /// The device.
    pub(crate) device_id: i64,
    /// Whether it is online.
    pub(crate) online: bool,
    /// By what: `status` or `last_seen`.
    pub(crate) source: &'static str,
    /// The boot of its last status.
    pub(crate) boot: i64,
    /// The connection of its last status.
    pub(crate) connection: i64,
}

/// Writes states.
pub(crate) async fn update(
    connection: &mut PgConnection,
    changes: &[PresenceChange],
) -> Result<(), sqlx::Error> {
    let devices: Vec<i64> = changes.iter().map(|change| change.device_id).collect();
    let online: Vec<bool> = changes.iter().map(|change| change.online).collect();
    let sources: Vec<&str> = changes.iter().map(|change| change.source).collect();
    let boots: Vec<i64> = changes.iter().map(|change| change.boot).collect();
    let connections: Vec<i64> = changes.iter().map(|change| change.connection).collect();
    sqlx::query!(
        "update devices d set
            online = c.online, presence_source = c.source,
            presence_boot = c.boot, presence_connection = c.connection
         from unnest($1::bigint[], $2::boolean[], $3::text[], $4::bigint[], $5::bigint[])
            as c(device_id, online, source, boot, connection)
         where d.id = c.device_id",
        &devices,
        &online,
        &sources as _,
        &boots,
        &connections,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds to the history: device, when, online.
pub(crate) async fn record(
    connection: &mut PgConnection,
    events: &[(i64, DateTime<Utc>, bool)],
) -> Result<(), sqlx::Error> {
    let devices: Vec<i64> = events.iter().map(|event| event.0).collect();
    let times: Vec<DateTime<Utc>> = events.iter().map(|event| event.1).collect();
    let online: Vec<bool> = events.iter().map(|event| event.2).collect();
    sqlx::query!(
        "insert into presence_events (device_id, at, online, source)
         select e.device_id, e.at, e.online, d.presence_source
         from unnest($1::bigint[], $2::timestamptz[], $3::boolean[]) as e(device_id, at, online)
         join devices d on d.id = e.device_id",
        &devices,
        &times,
        &online,
    )
    .execute(connection)
    .await?;
    Ok(())
}
