//! The client against servers that behave, that do not, and that stop in the middle.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod answers;
mod faults;
mod silence;
mod stream;

use std::time::Duration;

use argosy_client::Client;
use wiremock::MockServer;

/// A client of this address that waits for half a second at the most.
fn client(url: &str) -> Client {
    Client::builder(url.parse().unwrap())
        .bearer("argosy_secret".into())
        .timeout(Duration::from_millis(500))
        .build()
        .unwrap()
}

/// A server without answers, and its client.
async fn server() -> (MockServer, Client) {
    let server = MockServer::start().await;
    let client = client(&server.uri());
    (server, client)
}
