//! The certificate authorities: `device_ca`, and the columns of `fleets`.

use sqlx::PgConnection;

/// A certificate and its sealed key.
pub(crate) struct AuthorityRow {
    /// In PEM.
    pub(crate) certificate_pem: String,
    /// Sealed by the API's seal key.
    pub(crate) key_sealed: Vec<u8>,
}

/// The root, where it was made.
pub(crate) async fn find_root(connection: &mut PgConnection) -> Result<Option<AuthorityRow>, sqlx::Error> {
    sqlx::query_as!(AuthorityRow, "select certificate_pem, key_sealed from device_ca")
        .fetch_optional(connection)
        .await
}

/// Keeps a new root, unless another was kept first.
pub(crate) async fn insert_root(
    connection: &mut PgConnection,
    certificate_pem: &str,
    key_sealed: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into device_ca (certificate_pem, key_sealed) values ($1, $2) on conflict do nothing",
        certificate_pem,
        key_sealed
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A fleet's authority.
pub(crate) async fn find_for_fleet(
    connection: &mut PgConnection,
    fleet_id: i64,
) -> Result<AuthorityRow, sqlx::Error> {
    sqlx::query_as!(
        AuthorityRow,
        "select ca_certificate_pem as certificate_pem, ca_key_sealed as key_sealed from fleets where id = $1",
        fleet_id
    )
    .fetch_one(connection)
    .await
}
