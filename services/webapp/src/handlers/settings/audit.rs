//! The audit log: every change, by whom and when.

use argosy_wire::api::audit::AuditEntry;
use askama::Template;
use axum::response::Html;
use serde::Deserialize;

use crate::{
    change,
    error::PageError,
    extract::Query,
    format::At,
    handlers::page,
    session::Visit,
    shell::{Section, Shell},
};

/// Rows on a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "settings/audit.html")]
struct AuditPage {
    shell: Shell,
    tab: &'static str,
    rows: Vec<Row>,
    next: String,
    first: String,
}

struct Row {
    at: At,
    actor: String,
    action: String,
    resource: String,
    detail: String,
}

/// Which part of the log.
#[derive(Debug, Deserialize)]
pub(crate) struct AuditQuery {
    #[serde(default)]
    cursor: String,
}

/// `GET /settings/audit`
pub(crate) async fn list_audit(
    visit: Visit,
    Query(query): Query<AuditQuery>,
) -> Result<Html<String>, PageError> {
    let cursor = Some(query.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let found = visit.client.list_audit(cursor, Some(ROWS)).await?;
    let shell = visit.shell(Section::Settings);
    let row = |entry: AuditEntry| Row {
        at: At(entry.at),
        detail: change::detail(&entry.detail),
        actor: change::actor(&entry.actor),
        action: change::action(&entry.action).to_owned(),
        resource: entry.resource,
    };
    page(&AuditPage {
        tab: "audit",
        rows: found.items.into_iter().map(row).collect(),
        next: found
            .next_cursor
            .map(|cursor| shell.query("/settings/audit", &[("cursor", &cursor)]))
            .unwrap_or_default(),
        first: if query.cursor.is_empty() { String::new() } else { shell.link("/settings/audit") },
        shell,
    })
}
