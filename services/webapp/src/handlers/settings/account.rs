//! `GET /settings`: who one is, and how the pages look.

use askama::Template;
use axum::response::Html;

use super::scope_words;
use crate::{
    error::PageError,
    format::At,
    handlers::page,
    session::Visit,
    shell::{Section, Shell},
};

#[derive(Template)]
#[template(path = "settings/account.html")]
struct AccountPage {
    shell: Shell,
    tab: &'static str,
    name: String,
    role: String,
    bound_to: String,
    last_sign_in: Option<At>,
    scopes: Vec<(&'static str, &'static str)>,
}

/// The page.
pub(crate) async fn show_account(visit: Visit) -> Result<Html<String>, PageError> {
    let shell = visit.shell(Section::Settings);
    let user = visit.me.user.as_ref();
    page(&AccountPage {
        tab: "account",
        role: user.map_or("token", |user| user.role.as_str()).to_owned(),
        bound_to: visit.me.fleet.as_ref().map_or("every fleet".into(), |fleet| format!("fleet {fleet}")),
        last_sign_in: user.and_then(|user| user.last_sign_in_at).map(At),
        scopes: visit.me.scopes.iter().map(|scope| (scope.as_str(), scope_words(*scope))).collect(),
        name: visit.me.name.clone(),
        shell,
    })
}
