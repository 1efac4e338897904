//! The table `audit_log`.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// A change.
pub(crate) struct AuditRow {
    /// Grows with time.
    pub(crate) id: i64,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Who.
    pub(crate) actor: String,
    /// The fleet it belongs to.
    pub(crate) fleet: Option<String>,
    /// What was done.
    pub(crate) action: String,
    /// To what.
    pub(crate) resource: String,
    /// The change itself.
    pub(crate) detail: Value,
}

/// The newest changes before the id `before`, of one fleet or of all.
pub(crate) async fn list_audit(
    connection: &mut PgConnection,
    fleet_id: Option<i64>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    sqlx::query_as!(
        AuditRow,
        r#"select a.id, a.at, a.actor, f.name as "fleet?", a.action, a.resource, a.detail
         from audit_log a left join fleets f on f.id = a.fleet_id
         where ($1::bigint is null or a.fleet_id = $1) and ($2::bigint is null or a.id < $2)
         order by a.id desc limit $3"#,
        fleet_id,
        before,
        limit
    )
    .fetch_all(connection)
    .await
}
