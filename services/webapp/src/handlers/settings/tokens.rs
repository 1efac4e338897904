//! API tokens: create, show once, revoke.

use argosy_wire::api::token::{CreateTokenRequest, Scope, Token};
use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use chrono::Utc;
use serde::Deserialize;
use uuid::Uuid;

use super::{chosen_fleet, offered_fleets, scope_words};
use crate::{
    error::PageError,
    extract::{Form, Path},
    format::Ago,
    handlers::page,
    session::{
        Caller, Visit,
        notice::{self, Notice},
    },
    shell::{Section, Shell},
};

#[derive(Template)]
#[template(path = "settings/tokens.html")]
struct TokensPage {
    shell: Shell,
    tab: &'static str,
    tokens: Vec<TokenView>,
    scopes: Vec<(&'static str, &'static str)>,
    fleets: Vec<String>,
    may_choose_all: bool,
    secret: Option<(String, String)>,
}

struct TokenView {
    id: String,
    name: String,
    fleet: String,
    scopes: Vec<&'static str>,
    created: Ago,
    expires: Option<Ago>,
    is_expired: bool,
    last_used: Option<Ago>,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            fleet: token.fleet.map_or("every fleet".into(), String::from),
            scopes: token.scopes.iter().map(|scope| scope.as_str()).collect(),
            created: Ago(token.created_at),
            is_expired: token.expires_at.is_some_and(|at| at <= Utc::now()),
            expires: token.expires_at.map(Ago),
            last_used: token.last_used_at.map(Ago),
        }
    }
}

/// `GET /settings/tokens`
pub(crate) async fn list_tokens(visit: Visit) -> Result<Html<String>, PageError> {
    show(&visit, None).await
}

async fn show(visit: &Visit, secret: Option<(String, String)>) -> Result<Html<String>, PageError> {
    let tokens = visit.client.with_fleet(None).list_tokens().await?;
    let shell = visit.shell(Section::Settings);
    page(&TokensPage {
        tab: "tokens",
        tokens: tokens.into_iter().map(TokenView::from).collect(),
        scopes: visit.me.scopes.iter().map(|scope| (scope.as_str(), scope_words(*scope))).collect(),
        fleets: offered_fleets(visit),
        may_choose_all: visit.me.fleet.is_none(),
        secret,
        shell,
    })
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenForm {
    name: String,
    #[serde(default)]
    for_fleet: String,
    #[serde(default)]
    scope: Vec<String>,
    #[serde(default)]
    expires_in_days: String,
}

/// `POST /settings/tokens`: the page is the only place where the secret ever stands.
pub(crate) async fn create_token(visit: Visit, Form(form): Form<TokenForm>) -> Result<Response, PageError> {
    let list = visit.shell(Section::Settings).link("/settings/tokens");
    let scopes: Vec<Scope> = form.scope.iter().filter_map(|scope| scope.parse().ok()).collect();
    if scopes.is_empty() {
        return Ok(Notice::failed("A token needs at least one scope.").redirect(&list));
    }
    let request = CreateTokenRequest {
        name: form.name.trim().to_owned(),
        fleet: chosen_fleet(&form.for_fleet)?,
        scopes,
        expires_in_days: form.expires_in_days.trim().parse().ok(),
    };
    match visit.client.with_fleet(None).create_token(&request).await.map_err(PageError::from) {
        Ok(created) => Ok(show(&visit, Some((created.token.name, created.secret))).await?.into_response()),
        Err(error @ PageError::Refused(_)) => Ok(Notice::failed(error.detail()).redirect(&list)),
        Err(error) => Err(error),
    }
}

/// `POST /settings/tokens/{id}/revoke`
pub(crate) async fn revoke_token(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, PageError> {
    let result = caller.client.with_fleet(None).delete_token(id).await;
    notice::answer(result.map(|()| "The token is revoked.".into()), &caller.link("/settings/tokens"))
}
