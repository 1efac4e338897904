//! The routes of `/api/v1`, their middleware and their OpenAPI document.

use argosy_runtime::http;
use argosy_wire::batch::MAX_BATCH_BYTES;
use axum::{Router, extract::DefaultBodyLimit, middleware};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    auth, handlers,
    problem::{self, ApiError},
    state::AppState,
};

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

/// All routes. Those of signing in and of the document need no bearer.
pub(crate) fn router(state: AppState) -> Router {
    let open = OpenApiRouter::new().routes(routes!(handlers::sessions::create_session));
    let (routes, document) = OpenApiRouter::with_openapi(ApiDoc::openapi())
        .nest("/api/v1", protected(&state).merge(open))
        .split_for_parts();
    let routes = routes.with_state(state);
    let documented = routes.merge(SwaggerUi::new("/api/v1/docs").url("/api/v1/openapi.json", document));
    let limited = documented.fallback(not_found).layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    http::layers(limited.layer(middleware::from_fn(problem::render_problems)), "argosy_api_http_request_seconds")
}

/// The routes that need a bearer.
fn protected(state: &AppState) -> OpenApiRouter<AppState> {
    let batches = OpenApiRouter::new()
        .routes(routes!(handlers::ingest::ingest_batch))
        .layer(DefaultBodyLimit::max(MAX_BATCH_BYTES));
    let imports = OpenApiRouter::new()
        .routes(routes!(handlers::devices::import::import_devices))
        .layer(DefaultBodyLimit::max(handlers::devices::import::MAX_BYTES));
    batches
        .merge(imports)
        .routes(routes!(handlers::fleets::list_fleets, handlers::fleets::create_fleet))
        .routes(routes!(handlers::fleets::read_fleet, handlers::fleets::update_fleet))
        .routes(routes!(handlers::devices::list_devices, handlers::devices::create_device))
        .routes(routes!(
            handlers::devices::read_device,
            handlers::devices::update_device,
            handlers::devices::delete_device
        ))
        .routes(routes!(handlers::credentials::list_credentials, handlers::credentials::issue_credential))
        .routes(routes!(handlers::credentials::revoke_credential))
        .routes(routes!(handlers::credentials::read_device_ca))
        .routes(routes!(handlers::credentials::read_device_crl))
        .routes(routes!(handlers::readings::read_device_readings))
        .routes(routes!(handlers::readings::read_readings))
        .routes(routes!(handlers::latest::read_latest))
        .routes(routes!(handlers::latest::list_latest))
        .routes(routes!(handlers::delivery::read_delivery))
        .routes(routes!(handlers::delivery::read_presence))
        .routes(routes!(handlers::dead_letters::list_dead_letters))
        .routes(routes!(handlers::dead_letters::read_dead_letter))
        .routes(routes!(handlers::dead_letters::replay_dead_letters))
        .routes(routes!(handlers::dead_letters::discard_dead_letters))
        .routes(routes!(handlers::overview::read_overview))
        .routes(routes!(handlers::stream::read_stream))
        .routes(routes!(handlers::users::list_users, handlers::users::create_user))
        .routes(routes!(handlers::users::update_user, handlers::users::delete_user))
        .routes(routes!(handlers::sessions::delete_session))
        .routes(routes!(handlers::sessions::read_me))
        .routes(routes!(handlers::tokens::list_tokens, handlers::tokens::create_token))
        .routes(routes!(handlers::tokens::delete_token))
        .routes(routes!(handlers::audit::list_audit))
        .layer(middleware::from_fn_with_state(state.clone(), auth::authenticate))
}

async fn not_found() -> ApiError {
    ApiError::NotFound("resource at this path".into())
}
