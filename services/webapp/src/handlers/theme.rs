//! `POST /theme`: the colours, for whom no script switches them.

use axum::{
    http::header,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use crate::{extract::Form, links, session::cookies::Theme};

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct ThemeForm {
    theme: Theme,
    #[serde(default)]
    next: String,
}

/// Keeps the choice, and goes back to the page.
pub(crate) async fn choose_theme(Form(form): Form<ThemeForm>) -> impl IntoResponse {
    ([(header::SET_COOKIE, form.theme.cookie())], Redirect::to(links::local(&form.next)))
}
