//! Asks whether the API can be reached, so that readiness is true when nothing flows.

use std::time::Duration;

use argosy_client::Client;
use argosy_runtime::admin::Component;
use tokio_util::sync::CancellationToken;

/// How often.
const INTERVAL: Duration = Duration::from_secs(5);

/// Probes until `shutdown`.
pub(crate) async fn run(client: Client, api: Component, shutdown: CancellationToken) {
    loop {
        match client.read_me().await {
            Ok(_) => api.ready(),
            Err(error) => api.not_ready(error.to_string()),
        }
        if tokio::time::timeout(INTERVAL, shutdown.cancelled()).await.is_ok() {
            return;
        }
    }
}
