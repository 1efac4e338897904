//! The routes of `/api/v1` and their middleware.

use argosy_runtime::http;
use argosy_wire::batch::MAX_BATCH_BYTES;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    auth, deadline, handlers, limits, openapi,
    problem::{self, ApiError},
    state::AppState,
};

/// Bodies of everything but batches and imports.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Data shows nothing and runs nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// Swagger UI sets styles from its scripts and draws icons from `data:` addresses; all else comes with it.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// All routes. Those of signing in and of the document need no bearer.
pub(crate) fn router(state: AppState) -> Router {
    let limit = middleware::from_fn_with_state(state.clone(), limits::limit_requests);
    let limit_batches = middleware::from_fn_with_state(state.clone(), limits::limit_batches);
    let authenticate = middleware::from_fn_with_state(state.clone(), auth::authenticate);
    let bound = |timeout| middleware::from_fn_with_state(timeout, deadline::bound);
    let authenticated = requests().layer(limit.clone()).merge(batches().layer(limit_batches));
    let short = authenticated.layer(authenticate.clone()).merge(open()).layer(bound(deadline::WORK));
    let long = imports().layer(limit).layer(authenticate).layer(bound(deadline::IMPORT));
    let (routes, document) = with_document(short.merge(long));
    let routes = routes.with_state(state);
    let documented = routes.merge(SwaggerUi::new("/api/v1/docs").url("/api/v1/openapi.json", document));
    let limited = documented.fallback(not_found).layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    let guarded = limited.layer(middleware::from_fn(guard_browsers));
    http::layers(
        guarded.layer(middleware::from_fn(problem::render_problems)),
        "argosy_api_http_request_seconds",
    )
}

/// The document alone.
#[cfg(test)]
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    with_document(requests().merge(batches()).merge(imports()).merge(open())).1
}

fn with_document(routes: OpenApiRouter<AppState>) -> (Router<AppState>, utoipa::openapi::OpenApi) {
    let (routes, document) =
        OpenApiRouter::with_openapi(openapi::empty()).nest("/api/v1", routes).split_for_parts();
    (routes, openapi::complete(document))
}

/// Signing in, which needs no bearer.
fn open() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(handlers::sessions::create_session))
}

/// Imports, which are large and take long.
fn imports() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(handlers::devices::import::import_devices))
        .layer(DefaultBodyLimit::max(handlers::devices::import::MAX_BYTES))
}

/// Routes of batches, which are large, and limited apart from requests.
fn batches() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(handlers::ingest::ingest_batch))
        .layer(DefaultBodyLimit::max(MAX_BATCH_BYTES))
}

/// All other routes that need a bearer.
fn requests() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
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
}

async fn not_found() -> ApiError {
    ApiError::NotFound("resource at this path".into())
}

/// Tells browsers to take an answer for nothing but what it says it is, and the page of the document to load nothing from
/// elsewhere.
async fn guard_browsers(request: Request, next: Next) -> Response {
    let is_page = request.uri().path().starts_with("/api/v1/docs");
    let mut response = next.run(request).await;
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
