//! Refuses forms of other sites, by `Sec-Fetch-Site` and `Origin`.

use axum::response::{IntoResponse as _, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::error::PageError;

/// The layer around all routes.
pub(crate) fn layer() -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone> {
    CsrfLayer::new().with_rejection_response(|_: ProtectionError| PageError::CrossSite.into_response())
}
