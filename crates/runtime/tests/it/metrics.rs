//! What clients send makes no time series of its own.

use std::time::Duration;

use argosy_runtime::{http, metrics};
use axum::{Router, routing::get};

use crate::support::{Server, until_closed};

#[tokio::test]
async fn requests_are_counted_by_known_method_and_matched_route() {
    metrics::install();
    let routes = Router::new().route("/things/{id}", get(async || "here"));
    let server = Server::start(http::layers(routes, "test_labels_seconds"), Duration::ZERO).await;
    for line in ["GET /things/1", "GET /things/2", "INVENTED /things/3", "GET /elsewhere/4"] {
        let request = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        until_closed(server.send(request.as_bytes()).await).await;
    }
    let all = metrics::render();
    let mut counts: Vec<&str> =
        all.lines().filter_map(|line| line.strip_prefix("test_labels_seconds_count")).collect();
    counts.sort_unstable();
    let expected = [
        "{method=\"GET\",route=\"/things/{id}\",status=\"200\"} 2",
        "{method=\"GET\",route=\"unmatched\",status=\"404\"} 1",
        "{method=\"other\",route=\"/things/{id}\",status=\"405\"} 1",
    ];
    assert_eq!(counts, expected);
}
