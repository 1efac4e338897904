//! The table `presence_events`, and devices that fell silent.

use argosy_wire::api::presence::{PresenceEvent, PresenceSource};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::range::TimeRange;

/// What a device was just before a moment, where that is known.
pub(crate) async fn find_before(
    connection: &mut PgConnection,
    device_id: i64,
    at: DateTime<Utc>,
) -> Result<Option<bool>, sqlx::Error> {
    sqlx::query_scalar!(
        "select online from presence_events where device_id = $1 and at < $2 order by at desc limit 1",
        device_id,
        at
    )
    .fetch_optional(connection)
    .await
}

/// The changes in a range, oldest first.
pub(crate) async fn list_events(
    connection: &mut PgConnection,
    device_id: i64,
    range: TimeRange,
    limit: i64,
) -> Result<Vec<PresenceEvent>, sqlx::Error> {
    let rows = sqlx::query!(
        "select at, online, source from presence_events
         where device_id = $1 and at >= $2 and at < $3 order by at limit $4",
        device_id,
        range.from,
        range.to,
        limit
    )
    .fetch_all(connection)
    .await?;
    let events = rows.into_iter().map(|row| PresenceEvent {
        at: row.at,
        online: row.online,
        source: if row.source == "status" { PresenceSource::Status } else { PresenceSource::LastSeen },
    });
    Ok(events.collect())
}

/// A device that was marked offline because it fell silent.
pub(crate) struct SilentDevice {
    /// Its fleet.
    pub(crate) fleet_id: i64,
    /// Its name.
    pub(crate) name: String,
    /// When it was noticed.
    pub(crate) at: DateTime<Utc>,
}

/// Marks devices offline that publish no status and have been silent for longer than their fleet allows.
pub(crate) async fn mark_silent(connection: &mut PgConnection) -> Result<Vec<SilentDevice>, sqlx::Error> {
    sqlx::query_as!(
        SilentDevice,
        r#"with silent as (
            select l.device_id
            from latest_values l join devices d on d.id = l.device_id join fleets f on f.id = d.fleet_id
            where d.online and d.presence_source = 'last_seen'
                and (l.last_seen_at is null or l.last_seen_at < now() - make_interval(secs => f.offline_after_seconds))
            order by l.device_id
            for no key update of l skip locked
         ), marked as (
            update devices d set online = false from silent where d.id = silent.device_id
            returning d.id, d.fleet_id, d.name
         ), noted as (
            insert into presence_events (device_id, at, online, source)
            select id, now(), false, 'last_seen' from marked
         )
         select fleet_id, name, now() as "at!" from marked"#
    )
    .fetch_all(connection)
    .await
}
