//! The played API's routes.

use axum::{
    Router, middleware,
    routing::{get, post},
};

use super::{Fake, answers, changes, guard, stream};

/// Every route that the pages call.
pub(super) fn router(fake: Fake) -> Router {
    let api = Router::new()
        .route("/sessions", post(changes::create_session))
        .route("/sessions/current", axum::routing::delete(changes::delete_session))
        .route("/me", get(answers::read_me))
        .route("/fleets", get(answers::list_fleets).post(changes::create_fleet))
        .route("/fleets/{fleet}", axum::routing::patch(changes::update_fleet))
        .route("/overview", get(answers::read_overview))
        .route("/devices", get(answers::list_devices).post(changes::create_device))
        .route("/devices/import", post(changes::import_devices))
        .route(
            "/devices/{device}",
            get(answers::read_device).patch(changes::update_device).delete(changes::delete_device),
        )
        .route("/devices/{device}/latest", get(answers::read_latest))
        .route("/devices/{device}/readings", get(answers::read_readings))
        .route("/devices/{device}/presence", get(answers::read_presence))
        .route("/devices/{device}/delivery", get(answers::read_delivery))
        .route(
            "/devices/{device}/credentials",
            get(answers::list_credentials).post(changes::issue_credential),
        )
        .route("/devices/{device}/credentials/{id}", axum::routing::delete(changes::revoke_credential))
        .route("/device-ca", get(async || "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
        .route("/stream", get(stream::read_stream))
        .route("/dead-letters", get(answers::list_dead_letters))
        .route("/dead-letters/{id}", get(answers::read_dead_letter))
        .route("/dead-letters/replay", post(changes::replay))
        .route("/dead-letters/discard", post(changes::discard))
        .route("/tokens", get(answers::list_tokens).post(changes::create_token))
        .route("/tokens/{id}", axum::routing::delete(changes::delete_token))
        .route("/users", get(answers::list_users).post(changes::create_user))
        .route("/users/{id}", axum::routing::patch(changes::update_user).delete(changes::delete_user))
        .route("/audit", get(answers::list_audit))
        .layer(middleware::from_fn_with_state(fake.clone(), guard))
        .with_state(fake);
    Router::new().nest("/api/v1", api)
}
