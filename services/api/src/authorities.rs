//! The certificate authorities as they are kept: opened from, and sealed into, the database.

use argosy_wire::FleetName;
use sqlx::PgConnection;

use crate::{db, pki::Authority, problem::ApiError, seal::Seal};

const ROOT_PURPOSE: &str = "device root key";

/// What a fleet's key is sealed for.
pub(crate) fn fleet_purpose(fleet: &FleetName) -> String {
    format!("device key of the fleet {fleet}")
}

/// The root; the first call makes it.
pub(crate) async fn root(connection: &mut PgConnection, seal: &Seal) -> Result<Authority, ApiError> {
    if db::authorities::find_root(connection).await?.is_none() {
        let root = Authority::root()?;
        let sealed = seal.seal(ROOT_PURPOSE, &root.key_pem)?;
        db::authorities::insert_root(connection, &root.certificate_pem, &sealed).await?;
    }
    // Read again: another replica may have been first.
    let row = db::authorities::find_root(connection)
        .await?
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("the device root is gone")))?;
    Ok(Authority { key_pem: seal.open(ROOT_PURPOSE, &row.key_sealed)?, certificate_pem: row.certificate_pem })
}

/// The authority of a fleet.
pub(crate) async fn of_fleet(
    connection: &mut PgConnection,
    seal: &Seal,
    fleet_id: i64,
    name: &FleetName,
) -> Result<Authority, ApiError> {
    let row = db::authorities::find_for_fleet(connection, fleet_id).await?;
    Ok(Authority {
        key_pem: seal.open(&fleet_purpose(name), &row.key_sealed)?,
        certificate_pem: row.certificate_pem,
    })
}
