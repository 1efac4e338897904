//! Every route of the web application, and what stands around all of them.

use argosy_runtime::http;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware,
    routing::{get, post},
};
use tower_http::{compression::CompressionLayer, set_header::SetResponseHeaderLayer};

use crate::{assets, csrf, error, handlers, session::notice, state::AppState};

/// The histogram of seconds a request.
const METRIC: &str = "argosy_webapp_http_request_seconds";
/// The largest import that is taken; the API's own limit.
const MAX_IMPORT_BYTES: usize = 16 * 1024 * 1024;
/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The pages, ready to be served.
pub(crate) fn router(state: AppState) -> Router {
    let router = Router::new()
        .merge(pages())
        .merge(device_pages())
        .merge(setting_pages())
        .fallback(handlers::not_found)
        .layer(csrf::layer())
        .layer(middleware::from_fn(notice::clear))
        .layer(middleware::from_fn(error::render))
        .layer(CompressionLayer::new())
        .layer(if_missing(header::CACHE_CONTROL, "no-store"))
        .layer(if_missing(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(if_missing(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(if_missing(header::REFERRER_POLICY, "same-origin"))
        .layer(if_missing(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(if_missing(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(if_missing(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ))
        .with_state(state);
    http::layers(router, METRIC)
}

fn pages() -> Router<AppState> {
    Router::new()
        .route("/", get(handlers::overview::show_overview))
        .route("/parts/overview", get(handlers::overview::show_part))
        .route("/sign-in", get(handlers::sign_in::show_form).post(handlers::sign_in::sign_in))
        .route("/sign-out", post(handlers::sign_in::sign_out))
        .route("/theme", post(handlers::theme::choose_theme))
        .route("/live", get(handlers::live::show_live))
        .route("/stream", get(handlers::live::proxy_stream))
        .route("/dead-letters", get(handlers::dead_letters::list_dead_letters))
        .route("/dead-letters/{id}", get(handlers::dead_letters::show_dead_letter))
        .route("/dead-letters/{id}/payload", get(handlers::dead_letters::download_payload))
        .route("/dead-letters/replay", post(handlers::dead_letters::replay))
        .route("/dead-letters/discard", post(handlers::dead_letters::discard))
        .route("/assets/{name}", get(assets::read_asset))
        .route("/favicon.ico", get(handlers::favicon))
}

fn device_pages() -> Router<AppState> {
    Router::new()
        .route("/devices", get(handlers::devices::list_devices).post(handlers::devices::create_device))
        .route(
            "/import/devices",
            get(handlers::import::show_form)
                .post(handlers::import::import_devices)
                .layer(DefaultBodyLimit::max(MAX_IMPORT_BYTES)),
        )
        .route("/export/devices.csv", get(handlers::import::export_csv))
        .route("/export/devices.ndjson", get(handlers::import::export_ndjson))
        .route("/devices/{device}", get(handlers::device::show_device).post(handlers::device::update_device))
        .route("/devices/{device}/delete", post(handlers::device::delete_device))
        .route("/devices/{device}/chart", get(handlers::chart::read_chart))
        .route("/devices/{device}/readings.csv", get(handlers::chart::download_readings))
        .route("/devices/{device}/credentials", post(handlers::credentials::issue_credential))
        .route("/devices/{device}/credentials/{id}/revoke", post(handlers::credentials::revoke_credential))
        .route("/device-ca.pem", get(handlers::credentials::download_ca))
        .route("/device-crl.pem", get(handlers::credentials::download_crl))
}

fn setting_pages() -> Router<AppState> {
    use handlers::settings::{account, audit, fleets, tokens, users};
    Router::new()
        .route("/settings", get(account::show_account))
        .route("/settings/tokens", get(tokens::list_tokens).post(tokens::create_token))
        .route("/settings/tokens/{id}/revoke", post(tokens::revoke_token))
        .route("/settings/users", get(users::list_users).post(users::create_user))
        .route("/settings/users/{id}", post(users::update_user))
        .route("/settings/users/{id}/delete", post(users::delete_user))
        .route("/settings/fleets", get(fleets::list_fleets).post(fleets::create_fleet))
        .route("/settings/fleets/{name}", post(fleets::update_fleet))
        .route("/settings/audit", get(audit::list_audit))
}

fn if_missing(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
