//! Writes the audit log, in the transaction of the change itself.

use serde_json::Value;
use sqlx::PgConnection;

use crate::auth::Principal;

/// Records who did what. `detail` never holds a secret.
pub(crate) async fn record(
    connection: &mut PgConnection,
    principal: &Principal,
    fleet_id: Option<i64>,
    action: &str,
    resource: &str,
    detail: Value,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into audit_log (actor, fleet_id, action, resource, detail) values ($1, $2, $3, $4, $5)",
        principal.actor(),
        fleet_id,
        action,
        resource,
        detail,
    )
    .execute(connection)
    .await?;
    Ok(())
}
