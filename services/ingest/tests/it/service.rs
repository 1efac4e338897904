//! The service as its main runs it, with short patience.

use argosy_ingest::Config;
use clap::Parser;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    config: Config,
}

/// A running service.
pub(crate) struct Service {
    admin: String,
    shutdown: CancellationToken,
    task: AbortOnDropHandle<anyhow::Result<()>>,
}

impl Service {
    /// Starts one with a session of this name.
    pub(crate) async fn start(client_id: &str, mqtt_url: &str, api_url: &str, options: &[&str]) -> Self {
        argosy_runtime::crypto::install();
        argosy_runtime::metrics::install();
        let given = ["test", "--mqtt-url", mqtt_url, "--api-url", api_url, "--api-token", "argosy_x"];
        let quick =
            ["--client-id", client_id, "--api-timeout-seconds", "1", "--mqtt-keep-alive-seconds", "1"];
        let arguments = given.iter().chain(&quick).chain(options);
        let config = Arguments::parse_from(arguments).config;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let admin = format!("http://{}", listener.local_addr().unwrap());
        let shutdown = CancellationToken::new();
        let task =
            AbortOnDropHandle::new(tokio::spawn(argosy_ingest::serve(config, listener, shutdown.clone())));
        Self { admin, shutdown, task }
    }

    /// What `/readyz` says: the status, and the components.
    pub(crate) async fn readiness(&self) -> (u16, String) {
        match reqwest::get(format!("{}/readyz", self.admin)).await {
            Ok(response) => (response.status().as_u16(), response.text().await.unwrap_or_default()),
            Err(error) => (0, error.to_string()),
        }
    }

    pub(crate) async fn is_subscribed(&self) {
        let is_subscribed = |(_, text): &(u16, String)| text.contains("\"broker\":\"ready\"");
        crate::until("subscriptions", || self.readiness(), is_subscribed).await;
    }

    pub(crate) async fn is_ready(&self) {
        crate::until("readiness", || self.readiness(), |(status, _)| *status == 200).await;
    }

    pub(crate) async fn is_not_ready(&self, reason: &str) {
        let is_expected = |(status, text): &(u16, String)| *status == 503 && text.contains(reason);
        crate::until(reason, || self.readiness(), is_expected).await;
    }

    pub(crate) async fn metrics(&self) -> String {
        reqwest::get(format!("{}/metrics", self.admin)).await.unwrap().text().await.unwrap()
    }

    /// Why it cannot start.
    pub(crate) async fn fails(self) -> String {
        tokio::time::timeout(crate::PATIENCE, self.task).await.unwrap().unwrap().unwrap_err().to_string()
    }

    /// SIGTERM.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(crate::PATIENCE, self.task).await.unwrap().unwrap().unwrap();
    }

    /// SIGKILL.
    pub(crate) async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}
