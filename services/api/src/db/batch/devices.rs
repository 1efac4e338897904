//! Devices as ingestion sees them: by topic, and locked.

use sqlx::PgConnection;

/// What the directory knows of a device, or of a fleet that has none of this name.
#[derive(Debug)]
pub(crate) struct DirectoryRow {
    /// The fleet's name.
    pub(crate) fleet: String,
    /// The device's name.
    pub(crate) device: String,
    /// The fleet.
    pub(crate) fleet_id: i64,
    /// Whether the fleet creates devices on their first message.
    pub(crate) auto_register: bool,
    /// How old a reading may be.
    pub(crate) retention_days: i32,
    /// The device, where there is one.
    pub(crate) device_id: Option<i64>,
    /// Whether its messages are stored.
    pub(crate) enabled: Option<bool>,
}

/// Finds devices by fleet and name. A pair whose fleet does not exist has no row.
pub(crate) async fn find_for_ingest(
    connection: &mut PgConnection,
    fleets: &[&str],
    names: &[&str],
) -> Result<Vec<DirectoryRow>, sqlx::Error> {
    // Without the `offset`, a plan that was made while a fleet was small, and is kept, looks through all of it for each name.
    sqlx::query_as!(
        DirectoryRow,
        r#"select f.name as fleet, asked.device as "device!", f.id as fleet_id, f.auto_register, f.retention_days,
            d.id as "device_id?", d.enabled as "enabled?"
         from unnest($1::text[], $2::text[]) asked(fleet, device)
         join fleets f on f.name = asked.fleet
         left join lateral (
            select id, enabled from devices where fleet_id = f.id and name = asked.device offset 0
         ) d on true"#,
        fleets as _,
        names as _,
    )
    .fetch_all(connection)
    .await
}

/// Creates the devices that are missing in fleets that register devices by themselves.
pub(crate) async fn auto_register(
    connection: &mut PgConnection,
    fleets: &[&str],
    names: &[&str],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with created as (
            insert into devices (fleet_id, name)
            select f.id, asked.device
            from unnest($1::text[], $2::text[]) asked(fleet, device)
            join fleets f on f.name = asked.fleet and f.auto_register
            order by 1, 2
            on conflict do nothing
            returning id
         )
         insert into latest_values (device_id) select id from created",
        fleets as _,
        names as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The ids of the fleets of these names, for those that exist.
pub(crate) async fn find_fleet_ids(
    connection: &mut PgConnection,
    names: &[&str],
) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!("select name, id from fleets where name = any($1::text[])", names as _)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.id)).collect())
}

/// A device, locked against other batches until the transaction ends.
#[derive(Debug)]
pub(crate) struct LockedDevice {
    /// Names it.
    pub(crate) id: i64,
    /// Whether it counts as online.
    pub(crate) online: bool,
    /// By what it does: `status` or `last_seen`.
    pub(crate) presence_source: String,
    /// The boot of its last status.
    pub(crate) presence_boot: i64,
    /// The connection of its last status.
    pub(crate) presence_connection: i64,
}

/// Locks devices in the order of their ids, which is how every transaction locks them. Deleted devices have no row.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    ids: &[i64],
) -> Result<Vec<LockedDevice>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as!(
        LockedDevice,
        "select d.id, d.online, d.presence_source, d.presence_boot, d.presence_connection
         from latest_values l join devices d on d.id = l.device_id
         where l.device_id = any($1)
         order by l.device_id
         for no key update of l",
        ids
    )
    .fetch_all(connection)
    .await
}
