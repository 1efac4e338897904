//! The tables `device_credentials` and `revoked_certificates`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A device's certificate.
pub(crate) struct CredentialRow {
    /// Names it.
    pub(crate) id: Uuid,
    /// In hex.
    pub(crate) serial: String,
    /// From when it is valid.
    pub(crate) created_at: DateTime<Utc>,
    /// Until when.
    pub(crate) expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

/// The newest certificates of a device; at most 1,000.
pub(crate) async fn list_credentials(
    connection: &mut PgConnection,
    device_id: i64,
) -> Result<Vec<CredentialRow>, sqlx::Error> {
    sqlx::query_as!(
        CredentialRow,
        "select id, serial, created_at, expires_at, revoked_at
         from device_credentials where device_id = $1 order by created_at desc, id limit 1000",
        device_id
    )
    .fetch_all(connection)
    .await
}

/// Keeps the facts of a new certificate.
pub(crate) async fn insert_credential(
    connection: &mut PgConnection,
    fleet_id: i64,
    device_id: i64,
    row: &CredentialRow,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into device_credentials (id, device_id, fleet_id, serial, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        row.id,
        device_id,
        fleet_id,
        row.serial,
        row.created_at,
        row.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Revokes a certificate of a device. Whether there is such a one; revoking twice changes nothing.
pub(crate) async fn revoke_credential(
    connection: &mut PgConnection,
    device_id: i64,
    id: Uuid,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update device_credentials set revoked_at = coalesce(revoked_at, now()) where device_id = $1 and id = $2",
        device_id,
        id
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The certificates of a fleet that are revoked and have not expired: serial, and when.
pub(crate) async fn list_revoked(
    connection: &mut PgConnection,
    fleet_id: i64,
) -> Result<Vec<(String, DateTime<Utc>)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select serial as "serial!", revoked_at as "revoked_at!" from device_credentials
            where fleet_id = $1 and revoked_at is not null and expires_at > now()
         union all
         select serial, revoked_at from revoked_certificates where fleet_id = $1 and expires_at > now()
         order by 2"#,
        fleet_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.serial, row.revoked_at)).collect())
}
