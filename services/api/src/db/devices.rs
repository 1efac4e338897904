//! The table `devices`, as people manage it.

use std::collections::BTreeMap;

use argosy_wire::{
    DeviceName,
    api::device::{DeviceState, Labels},
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

/// A device with what is shown of it.
#[derive(Debug, Clone)]
pub(crate) struct DeviceRow {
    /// Names it in other tables.
    pub(crate) id: i64,
    /// The name; valid, by the table's check.
    pub(crate) name: String,
    /// Its labels.
    pub(crate) labels: Json<Labels>,
    /// Whether its messages are stored.
    pub(crate) enabled: bool,
    /// Whether it counts as online.
    pub(crate) online: bool,
    /// When its last message was received.
    pub(crate) last_seen_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub(crate) created_at: DateTime<Utc>,
    /// The entity tag.
    pub(crate) version: i64,
}

/// Which devices of a fleet.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeviceFilter {
    /// Those whose name contains this.
    pub(crate) search: Option<String>,
    /// Those that have all of these labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// Those of this state.
    pub(crate) state: Option<DeviceState>,
}

/// Devices of a fleet by name, after the name `after`.
pub(crate) async fn list_devices(
    connection: &mut PgConnection,
    fleet_id: i64,
    filter: &DeviceFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<DeviceRow>, sqlx::Error> {
    let (enabled, online) = match filter.state {
        None | Some(DeviceState::WithGaps) => (None, None),
        Some(DeviceState::Online) => (Some(true), Some(true)),
        Some(DeviceState::Offline) => (Some(true), Some(false)),
        Some(DeviceState::Disabled) => (Some(false), None),
    };
    sqlx::query_as!(
        DeviceRow,
        r#"select d.id, d.name, d.labels as "labels: Json<Labels>", d.enabled, d.online, l.last_seen_at as "last_seen_at?",
            d.created_at, d.version
         from devices d left join latest_values l on l.device_id = d.id
         where d.fleet_id = $1
            and ($2::text is null or d.name > $2)
            and ($3::text is null or position($3 in d.name) > 0)
            and d.labels @> $4
            and ($5::boolean is null or d.enabled = $5)
            and ($6::boolean is null or d.online = $6)
            and (not $7::boolean or exists (
                select from device_streams s where s.device_id = d.id and s.highest > s.received_count))
         order by d.name limit $8"#,
        fleet_id,
        after,
        filter.search.as_deref(),
        Json(&filter.labels) as _,
        enabled,
        online,
        filter.state == Some(DeviceState::WithGaps),
        limit,
    )
    .fetch_all(connection)
    .await
}

/// The device of this name.
pub(crate) async fn find_device(
    connection: &mut PgConnection,
    fleet_id: i64,
    name: &DeviceName,
) -> Result<Option<DeviceRow>, sqlx::Error> {
    sqlx::query_as!(
        DeviceRow,
        r#"select d.id, d.name, d.labels as "labels: Json<Labels>", d.enabled, d.online, l.last_seen_at as "last_seen_at?",
            d.created_at, d.version
         from devices d left join latest_values l on l.device_id = d.id
         where d.fleet_id = $1 and d.name = $2"#,
        fleet_id,
        name.as_str(),
    )
    .fetch_optional(connection)
    .await
}

/// Creates a device, with its row in `latest_values`, which is what ingestion locks.
pub(crate) async fn insert_device(
    connection: &mut PgConnection,
    fleet_id: i64,
    name: &DeviceName,
    labels: &Labels,
    enabled: bool,
) -> Result<DeviceRow, sqlx::Error> {
    sqlx::query_as!(
        DeviceRow,
        r#"with created as (
            insert into devices (fleet_id, name, labels, enabled) values ($1, $2, $3, $4)
            returning id, name, labels, enabled, online, created_at, version
         ), locked as (insert into latest_values (device_id) select id from created)
         select id, name, labels as "labels: Json<Labels>", enabled, online,
            null::timestamptz as last_seen_at, created_at, version
         from created"#,
        fleet_id,
        name.as_str(),
        Json(labels) as _,
        enabled,
    )
    .fetch_one(connection)
    .await
}

/// Changes a device of this version; what is `None` stays. Whether there was one.
pub(crate) async fn update_device(
    connection: &mut PgConnection,
    id: i64,
    version: i64,
    labels: Option<&Labels>,
    enabled: Option<bool>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update devices set
            labels = coalesce($3, labels),
            enabled = coalesce($4, enabled),
            online = online and coalesce($4, enabled),
            version = version + 1
         where id = $1 and version = $2",
        id,
        version,
        labels.map(Json) as _,
        enabled,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a device. Its certificates stay on the revocation list; its readings go with their partitions.
pub(crate) async fn delete_device(connection: &mut PgConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into revoked_certificates (serial, fleet_id, revoked_at, expires_at)
         select serial, fleet_id, coalesce(revoked_at, now()), expires_at
         from device_credentials where device_id = $1 and expires_at > now()
         on conflict do nothing",
        id
    )
    .execute(&mut *connection)
    .await?;
    // The lock that ingestion takes first; then the device goes, and with it all that refers to it.
    sqlx::query!("select device_id from latest_values where device_id = $1 for update", id)
        .fetch_optional(&mut *connection)
        .await?;
    sqlx::query!("delete from devices where id = $1", id).execute(connection).await?;
    Ok(())
}

/// Creates devices, or changes those that exist to what is given. Names must differ. Returns how many were created.
pub(crate) async fn upsert_devices(
    connection: &mut PgConnection,
    fleet_id: i64,
    devices: &[(DeviceName, Labels, bool)],
) -> Result<u64, sqlx::Error> {
    let names: Vec<&str> = devices.iter().map(|device| device.0.as_str()).collect();
    let labels: Vec<serde_json::Value> = devices.iter().map(|device| serde_json::json!(device.1)).collect();
    let enabled: Vec<bool> = devices.iter().map(|device| device.2).collect();
    let created = sqlx::query_scalar!(
        r#"with changed as (
            insert into devices as d (fleet_id, name, labels, enabled)
            select $1, name, labels, enabled
            from unnest($2::text[], $3::jsonb[], $4::boolean[]) as line(name, labels, enabled)
            order by name
            on conflict (fleet_id, name) do update
                set labels = excluded.labels, enabled = excluded.enabled, online = d.online and excluded.enabled,
                    version = d.version + 1
            returning id
         ), locked as (
            insert into latest_values (device_id) select id from changed on conflict do nothing returning 1
         )
         select count(*) as "created!" from locked"#,
        fleet_id,
        &names as _,
        &labels,
        &enabled,
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(created).unwrap_or_default())
}
