//! Stopping: requests under way are answered, and nobody waits for more.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use tokio::{net::TcpStream, sync::Notify};

use crate::support::{Server, assert_between, until_closed};

/// A server whose `/slow` answers when it is told to, with what tells it, and what tells that it was asked.
async fn server(drain: Duration) -> (Server, Arc<Notify>, Arc<Notify>) {
    let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (ask, wait) = (Arc::clone(&asked), Arc::clone(&answer));
    let slow = async move || {
        ask.notify_one();
        wait.notified().await;
        "done"
    };
    let router = Router::new().route("/slow", get(slow)).route("/", get(async || "here"));
    (Server::start(router, drain).await, asked, answer)
}

const SLOW: &[u8] = b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";

async fn refuses(server: &Server) {
    argosy_testkit::eventually(Duration::from_secs(5), async || {
        anyhow::ensure!(TcpStream::connect(server.address).await.is_err(), "connections are still taken");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_request_under_way_is_answered_and_new_ones_are_refused() {
    let (server, asked, answer) = server(Duration::from_secs(20)).await;
    let stream = server.send(SLOW).await;
    asked.notified().await;
    server.shut_down();
    refuses(&server).await;
    answer.notify_one();
    let (said, _) = until_closed(stream).await;
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("done"), "{said}");
    assert_between(server.stopped().await, 0..3);
}

#[tokio::test]
async fn the_deadline_cuts_what_takes_too_long() {
    let (server, asked, _answer) = server(Duration::from_secs(2)).await;
    let stream = server.send(SLOW).await;
    asked.notified().await;
    server.shut_down();
    let ((said, _), took) = tokio::join!(until_closed(stream), server.stopped());
    assert_between(took, 1..6);
    assert_eq!(said, "");
}

#[tokio::test]
async fn connections_without_a_request_hold_nobody_up() {
    let (server, ..) = server(Duration::from_secs(20)).await;
    let client = reqwest::Client::new();
    assert_eq!(client.get(server.url("/")).send().await.unwrap().text().await.unwrap(), "here");
    // HTTP/2 without TLS, by prior knowledge.
    let second = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    assert_eq!(second.get(server.url("/")).send().await.unwrap().text().await.unwrap(), "here");
    let _silent = server.send(b"").await;
    server.shut_down();
    assert_between(server.stopped().await, 0..5);
}
