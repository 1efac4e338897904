//! What every request can reach.

use argosy_client::Client;
use axum::extract::FromRef;
use tokio_util::sync::CancellationToken;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct AppState {
    /// The API, without a bearer.
    pub(crate) client: Client,
    /// Cancelled when the service stops: live tails end, so that the drain can.
    pub(crate) shutdown: CancellationToken,
}

impl FromRef<AppState> for Client {
    fn from_ref(state: &AppState) -> Self {
        state.client.clone()
    }
}
