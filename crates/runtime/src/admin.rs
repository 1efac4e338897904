//! The separate port of `/livez`, `/readyz` and `/metrics`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router, extract::State, http::StatusCode, http::header, response::IntoResponse, routing::get,
};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{metrics, server};

/// How long requests have that are under way when the service has stopped.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Whether a service can do its work. Cheap to clone; clones are one.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    components: Arc<Mutex<BTreeMap<&'static str, Result<(), String>>>>,
}

impl Readiness {
    /// Without components a service is ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what the service needs; it is not ready until it says so.
    pub fn component(&self, name: &'static str) -> Component {
        self.lock().insert(name, Err("starting".into()));
        Component { name, readiness: self.clone() }
    }

    /// Whether every component is ready.
    pub fn is_ready(&self) -> bool {
        self.lock().values().all(Result::is_ok)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Result<(), String>>> {
        self.components.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that a service needs in order to work.
#[derive(Debug, Clone)]
pub struct Component {
    name: &'static str,
    readiness: Readiness,
}

impl Component {
    /// It works. A change is logged.
    pub fn ready(&self) {
        let before = self.readiness.lock().insert(self.name, Ok(()));
        if !matches!(before, Some(Ok(()))) {
            tracing::info!(component = self.name, "Ready.");
        }
    }

    /// It does not, and why. A change is logged.
    pub fn not_ready(&self, why: impl Into<String>) {
        let why = why.into();
        let before = self.readiness.lock().insert(self.name, Err(why.clone()));
        if before.is_none_or(|before| before.is_ok()) {
            tracing::warn!(component = self.name, reason = why, "Not ready.");
        }
    }
}

#[derive(Serialize)]
struct Report {
    ready: bool,
    components: BTreeMap<&'static str, String>,
}

#[derive(Clone)]
struct AdminState {
    readiness: Readiness,
    draining: CancellationToken,
}

/// Serves until `stopped`. From `shutdown` on, while the service drains, `/readyz` says so.
pub async fn serve(
    listener: TcpListener,
    readiness: Readiness,
    shutdown: CancellationToken,
    stopped: CancellationToken,
) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "Health and metrics are served.");
    }
    let state = AdminState { readiness, draining: shutdown };
    let router = Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(render_metrics))
        .with_state(state);
    if let Err(error) = server::serve(listener, router, None, stopped, LAST_ANSWERS).await {
        tracing::error!(error = format!("{error:#}"), "The admin port is gone.");
    }
}

async fn readyz(State(state): State<AdminState>) -> impl IntoResponse {
    let draining = state.draining.is_cancelled();
    let ready = state.readiness.is_ready() && !draining;
    let mut components: BTreeMap<_, _> = state
        .readiness
        .lock()
        .iter()
        .map(|(name, state)| (*name, state.clone().err().unwrap_or_else(|| "ready".into())))
        .collect();
    if draining {
        components.insert("process", "draining".into());
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Report { ready, components }))
}

async fn render_metrics() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics::render())
}
