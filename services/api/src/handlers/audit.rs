//! `GET /audit`: who changed what, when.

use argosy_wire::api::{Page, audit::AuditEntry, problem::Problem};
use axum::extract::State;

use crate::{
    auth::{Access, Admin},
    cursor, db,
    db::audit::AuditRow,
    extract::Query,
    handlers::devices::PageQuery,
    problem::ApiError,
    state::AppState,
};

/// The entry as shown.
pub(crate) fn entry(row: AuditRow) -> AuditEntry {
    AuditEntry {
        id: row.id,
        at: row.at,
        actor: row.actor,
        fleet: row.fleet.and_then(|name| name.parse().ok()),
        action: row.action,
        resource: row.resource,
        detail: row.detail,
    }
}

/// List changes.
///
/// Newest first. Scope: `admin`.
#[utoipa::path(get, path = "/audit", tag = "audit", params(PageQuery),
    responses((status = OK, body = Page<AuditEntry>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_audit(
    State(state): State<AppState>,
    access: Access<Admin>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<AuditEntry>>, ApiError> {
    let (limit, before) = (page.limit(), page.position()?);
    let mut connection = state.pool.acquire().await?;
    let more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows = db::audit::list_audit(&mut connection, access.fleet_id(), before, more).await?;
    let next_cursor = cursor::cut(&mut rows, limit, |row| row.id);
    Ok(axum::Json(Page { items: rows.into_iter().map(entry).collect(), next_cursor }))
}
