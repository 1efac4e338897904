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
    /// The ETag.
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
