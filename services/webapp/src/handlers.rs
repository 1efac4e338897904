//! What answers each route, one module a resource.

pub(crate) mod chart;
pub(crate) mod credentials;
pub(crate) mod dead_letters;
pub(crate) mod device;
pub(crate) mod devices;
pub(crate) mod import;
pub(crate) mod live;
pub(crate) mod overview;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod theme;

use askama::Template;
use axum::response::{Html, Redirect};

use crate::{assets, error::PageError};

/// Whatever has no route.
pub(crate) async fn not_found() -> PageError {
    PageError::NotFound
}

/// `GET /favicon.ico`: browsers ask for it whatever the page says.
pub(crate) async fn favicon() -> Redirect {
    Redirect::to(&assets::url("icon.svg"))
}

/// A template's page.
fn page(template: &impl Template) -> Result<Html<String>, PageError> {
    Ok(Html(template.render()?))
}
