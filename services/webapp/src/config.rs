//! Configuration of the web application. It holds no secret.

use argosy_runtime::config::{AdminConfig, ApiClientConfig, ListenConfig};

/// What `argosy-webapp` needs.
#[derive(Debug, Clone, clap::Args)]
#[command(mut_arg("listen", |listen| listen.default_value("127.0.0.1:8443")))]
pub struct Config {
    /// Where pages are served.
    #[command(flatten)]
    pub listen: ListenConfig,
    /// Where health and metrics are served.
    #[command(flatten)]
    pub admin: AdminConfig,
    /// The API.
    #[command(flatten)]
    pub api: ApiClientConfig,
}
