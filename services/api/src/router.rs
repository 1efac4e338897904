//! The routes of `/api/v1`, their middleware and their OpenAPI document.

use axum::{Router, extract::DefaultBodyLimit, middleware};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth, handlers, problem, state::AppState};

/// Bodies of everything but batches and imports.
const MAX_BODY_BYTES: usize = 256 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Argosy API",
        description = "Devices, readings and delivery of a fleet. Every error is an RFC 9457 problem.",
        license(name = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "ingest", description = "Batches of device messages, acknowledged after commit."),
    )
)]
struct ApiDoc;

/// All routes.
pub(crate) fn router(state: AppState) -> Router {
    let (routes, _document) = OpenApiRouter::with_openapi(ApiDoc::openapi())
        .nest("/api/v1", OpenApiRouter::new().routes(routes!(handlers::ingest::ingest_batch)))
        .split_for_parts();
    routes
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(state.clone(), auth::authenticate))
        .layer(middleware::from_fn(problem::render_problems))
        .with_state(state)
}
