//! The table `fleets`.

use argosy_wire::FleetName;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A fleet, without its CA.
#[derive(Debug, Clone)]
pub(crate) struct FleetRow {
    /// Names it in other tables.
    pub(crate) id: i64,
    /// The name; valid, by the table's check.
    pub(crate) name: String,
    /// See [`argosy_wire::api::fleet::Fleet`].
    pub(crate) auto_register: bool,
    /// See [`argosy_wire::api::fleet::Fleet`].
    pub(crate) retention_days: i32,
    /// See [`argosy_wire::api::fleet::Fleet`].
    pub(crate) offline_after_seconds: i32,
    /// When it was created.
    pub(crate) created_at: DateTime<Utc>,
    /// The entity tag.
    pub(crate) version: i64,
}

/// The fleet of this name.
pub(crate) async fn find_fleet(
    connection: &mut PgConnection,
    name: &FleetName,
) -> Result<Option<FleetRow>, sqlx::Error> {
    sqlx::query_as!(
        FleetRow,
        "select id, name, auto_register, retention_days, offline_after_seconds, created_at, version
         from fleets where name = $1",
        name.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// The name of the only fleet; `None` where there are none or several.
pub(crate) async fn only_fleet(connection: &mut PgConnection) -> Result<Option<FleetName>, sqlx::Error> {
    let names = sqlx::query_scalar!("select name from fleets limit 2").fetch_all(connection).await?;
    match names.as_slice() {
        [name] => Ok(name.parse().ok()),
        _ => Ok(None),
    }
}

/// Every fleet, or the one of this id.
pub(crate) async fn list_fleets(
    connection: &mut PgConnection,
    only: Option<i64>,
) -> Result<Vec<FleetRow>, sqlx::Error> {
    sqlx::query_as!(
        FleetRow,
        "select id, name, auto_register, retention_days, offline_after_seconds, created_at, version
         from fleets where $1::bigint is null or id = $1 order by name",
        only
    )
    .fetch_all(connection)
    .await
}

/// What a fleet is created with.
pub(crate) struct NewFleet<'f> {
    /// Its name.
    pub(crate) name: &'f FleetName,
    /// See [`argosy_wire::api::fleet::Fleet`].
    pub(crate) auto_register: bool,
    /// See [`argosy_wire::api::fleet::Fleet`]; the default where it is `None`.
    pub(crate) retention_days: Option<i32>,
    /// See [`argosy_wire::api::fleet::Fleet`]; the default where it is `None`.
    pub(crate) offline_after_seconds: Option<i32>,
    /// The certificate of its authority.
    pub(crate) ca_certificate_pem: &'f str,
    /// The sealed key of its authority.
    pub(crate) ca_key_sealed: &'f [u8],
}

/// Creates a fleet.
pub(crate) async fn insert_fleet(
    connection: &mut PgConnection,
    fleet: NewFleet<'_>,
) -> Result<FleetRow, sqlx::Error> {
    sqlx::query_as!(
        FleetRow,
        "insert into fleets (name, auto_register, retention_days, offline_after_seconds, ca_certificate_pem, ca_key_sealed)
         values ($1, $2, coalesce($3, 90), coalesce($4, 120), $5, $6)
         returning id, name, auto_register, retention_days, offline_after_seconds, created_at, version",
        fleet.name.as_str(),
        fleet.auto_register,
        fleet.retention_days,
        fleet.offline_after_seconds,
        fleet.ca_certificate_pem,
        fleet.ca_key_sealed,
    )
    .fetch_one(connection)
    .await
}

/// Changes a fleet of this version; what is `None` stays. `None` where the version is another.
pub(crate) async fn update_fleet(
    connection: &mut PgConnection,
    id: i64,
    version: i64,
    auto_register: Option<bool>,
    retention_days: Option<i32>,
    offline_after_seconds: Option<i32>,
) -> Result<Option<FleetRow>, sqlx::Error> {
    sqlx::query_as!(
        FleetRow,
        "update fleets set
            auto_register = coalesce($3, auto_register),
            retention_days = coalesce($4, retention_days),
            offline_after_seconds = coalesce($5, offline_after_seconds),
            version = version + 1
         where id = $1 and version = $2
         returning id, name, auto_register, retention_days, offline_after_seconds, created_at, version",
        id,
        version,
        auto_register,
        retention_days,
        offline_after_seconds,
    )
    .fetch_optional(connection)
    .await
}
