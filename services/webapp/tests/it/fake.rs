//! Plays the API: the wire contract over sixty vehicles that drive by a formula.

mod answers;
mod changes;
mod data;
mod routes;
mod signals;
mod stream;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use argosy_wire::api::problem::Problem;
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::net::TcpListener;

pub(crate) use data::{World, fleet};

/// Who may sign in.
pub(crate) const EMAIL: &str = "admin@localhost";
/// With what.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The bearer of a session.
pub(crate) const BEARER: &str = "argosys_test-session";

/// The API as tests play it; clones are one.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    world: Arc<Mutex<World>>,
}

impl Fake {
    /// What the API knows, to be looked at and changed.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Serves on a free port for as long as the test lasts.
    pub(crate) async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = routes::router(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

/// A refusal, as the API words it.
pub(crate) fn problem(status: u16, title: &str, detail: &str) -> Response {
    let problem = Problem {
        kind: "about:blank".into(),
        title: title.into(),
        status,
        detail: Some(detail.into()),
        request_id: Some("019ab1c2d3e4".into()),
    };
    let body = serde_json::to_string(&problem).unwrap();
    (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, "application/problem+json")], body)
        .into_response()
}

/// Refuses everything while the API is away, and whoever has no session.
async fn guard(State(fake): State<Fake>, request: Request, next: Next) -> Response {
    let (is_away, is_signed_out) = {
        let world = fake.world();
        (world.is_away, world.is_signed_out)
    };
    if is_away {
        return problem(503, "Service unavailable", "The database does not answer.");
    }
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let is_public = request.uri().path().ends_with("/sessions");
    if !is_public && (is_signed_out || bearer != Some(&format!("Bearer {BEARER}"))) {
        return problem(401, "Unauthorized", "The session has ended.");
    }
    next.run(request).await
}
