//! Signing in and out.

use argosy_client::{Client, Error};
use argosy_wire::api::session::CreateSessionRequest;
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::page;
use crate::{
    error::PageError,
    extract::{Form, Query},
    links,
    session::cookies,
    shell::{Section, Shell},
    state::AppState,
};

#[derive(Template)]
#[template(path = "pages/sign-in.html")]
struct SignInPage {
    shell: Shell,
    email: String,
    next: String,
    problem: String,
}

/// Where to go after it.
#[derive(Deserialize)]
pub(crate) struct NextQuery {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(crate) async fn show_form(
    Query(query): Query<NextQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Html<String>, PageError> {
    page(&SignInPage {
        shell: Shell::anonymous(&headers, &uri, Section::Overview),
        email: String::new(),
        next: links::local(&query.next).to_owned(),
        problem: String::new(),
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(client): State<Client>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let next = links::local(&form.next).to_owned();
    let request = CreateSessionRequest { email: form.email.clone(), password: form.password };
    let problem = match client.create_session(&request).await {
        Ok(created) => {
            let cookie = cookies::set_session(&SecretString::from(created.secret), created.expires_at);
            let cookie =
                cookie.ok_or_else(|| PageError::Broken("the session's secret is no cookie value".into()))?;
            return Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response());
        }
        Err(Error::Problem(problem)) if problem.status < 500 => problem,
        Err(error) => return Err(error.into()),
    };
    let (status, text) = match problem.status {
        429 => (StatusCode::TOO_MANY_REQUESTS, "That was too often. Wait a minute, then try again."),
        _ => (StatusCode::UNAUTHORIZED, "The email or the password is wrong."),
    };
    let shell = Shell::anonymous(&headers, &uri, Section::Overview);
    let again = SignInPage { shell, email: form.email, next, problem: text.into() };
    Ok((status, page(&again)?).into_response())
}

/// `POST /sign-out`: the session ends at the API too. Where the API is away, the browser forgets it at least.
pub(crate) async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if let Some(bearer) = cookies::bearer(&headers)
        && let Err(error) = state.client.with_bearer(bearer).delete_session().await
        && error.status() != Some(401)
    {
        tracing::warn!(%error, "A session was not ended at the API; it expires by itself.");
    }
    ([(header::SET_COOKIE, cookies::clear_session())], Redirect::to("/sign-in")).into_response()
}
