//! Starts the service and stops it.

use std::time::Duration;

use anyhow::Context as _;
use argosy_client::Client;
use argosy_runtime::{admin, admin::Readiness, server};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Config, assets, router, state::AppState};

/// How long the API may take to answer: a person is waiting.
const API_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves until `shutdown`, then drains: requests under way are answered, live tails end.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    admin_listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    assets::check()?;
    let client = Client::builder(config.api.api_url.clone())
        .ca_file(config.api.api_ca.clone())
        .timeout(API_TIMEOUT)
        .build()
        .context("the API cannot be used as it is configured")?;
    let state = AppState { client, shutdown: shutdown.clone() };
    let tasks = TaskTracker::new();
    // Pages say themselves when the API is away, so this service is ready without it.
    let stopped = CancellationToken::new();
    tasks.spawn(admin::serve(admin_listener, Readiness::new(), shutdown.clone(), stopped.clone()));
    tasks.close();
    let address = listener.local_addr().context("the listener has no address")?;
    tracing::info!(%address, api.url = %config.api.api_url, "Pages are served.");

    let drain = Duration::from_secs(config.listen.drain_seconds);
    let served =
        server::serve(listener, router::router(state), config.listen.tls()?, shutdown.clone(), drain).await;
    shutdown.cancel();
    stopped.cancel();
    tasks.wait().await;
    served
}
