//! `argosy-bench sink`: an API that answers at once and stores nothing, the least that anybody behind ingest can do.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use argosy_runtime::{server, tls::TlsFiles};
use argosy_wire::{
    api::{session::Me, token::Scope},
    batch::{IngestResponse, MAX_BATCH_BYTES},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clients::tell;

/// Where to listen.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SinkOptions {
    /// Port
    #[arg(long)]
    port: u16,
    /// PEM file of the certificate
    #[arg(long)]
    certificate: PathBuf,
    /// PEM file of its key
    #[arg(long)]
    key: PathBuf,
}

/// Answers until stdin ends, and tells on stdout how many messages came.
pub(crate) async fn run(options: SinkOptions) -> anyhow::Result<()> {
    let received = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&received);
    let ingest = async move |body: Bytes| {
        let lines = body.split(|byte| *byte == b'\n').count() as u64 - 1;
        counter.fetch_add(lines, Ordering::Relaxed);
        Json(IngestResponse { stored: lines, ..IngestResponse::default() })
    };
    let me = async || Json(Me { name: "sink".into(), user: None, scopes: vec![Scope::Ingest], fleet: None });
    let router = Router::new()
        .route("/api/v1/ingest", post(ingest))
        .route("/api/v1/me", get(me))
        .layer(DefaultBodyLimit::max(MAX_BATCH_BYTES));
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let tls = TlsFiles { certificate: options.certificate, key: options.key };
    let shutdown = CancellationToken::new();
    let serving = server::serve(listener, router, Some(tls), shutdown, Duration::ZERO);
    tokio::select! {
        served = serving => served,
        () = tell(|| received.load(Ordering::Relaxed).to_string(), |_| ()) => Ok(()),
    }
}
