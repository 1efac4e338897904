//! Clients that are slow, silent or half gone: each is cut off in its time, and holds nobody up meanwhile.

use std::{pin::Pin, sync::Arc, task, time::Duration};

use argosy_runtime::http;
use argosy_testkit::Ca;
use axum::{
    Router,
    body::{Body, Bytes},
    routing::{get, post},
};
use futures::Stream;
use tokio::{io::AsyncWriteExt as _, sync::Notify, time::sleep};

use crate::{
    support::{DEADLINE, Server, assert_between, until_closed},
    tls::write,
};

fn router() -> Router {
    let routes = Router::new().route("/", get(async || "here")).route("/", post(async |body: Bytes| body));
    http::layers(routes, "test_request_seconds")
}

async fn is_served(server: &Server) {
    let answer = reqwest::get(server.url("/")).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "here");
}

#[tokio::test]
async fn heads_that_do_not_come_are_not_waited_for() {
    let server = Server::start(router(), Duration::ZERO).await;
    let silent = async |bytes: &'static [u8]| {
        let (said, took) = until_closed(server.send(bytes).await).await;
        assert_between(took, 9..14);
        said
    };
    let dripping = async {
        // A byte now and then does not help: the head as a whole has its time.
        let (mut reader, mut writer) = server.send(b"GET / HTTP/1.1\r\n").await.into_split();
        let drip = async {
            while writer.write_all(b"x: y\r\n").await.is_ok() {
                sleep(Duration::from_millis(300)).await;
            }
        };
        let mut nowhere = tokio::io::sink();
        let read = tokio::io::copy(&mut reader, &mut nowhere);
        let started = tokio::time::Instant::now();
        tokio::select! {
            () = drip => {}
            _ = read => {}
        }
        assert_between(started.elapsed(), 9..14);
    };
    let idle = async {
        let said = silent(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(said.ends_with("here"), "{said}");
    };
    let others = async {
        for _ in 0..20 {
            is_served(&server).await;
            sleep(Duration::from_millis(100)).await;
        }
    };
    // Nothing at all; half of what HTTP/2 begins with; half a request line; an answer and nothing more; and drops.
    tokio::join!(silent(b""), silent(b"PRI * HT"), silent(b"GET /"), idle, dripping, others);
    is_served(&server).await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new("test").unwrap());
    let server = Server::start_tls(router(), write(&ca, &folder)).await;
    // The first bytes of a handshake's record, and nothing more.
    let (nothing, half) = tokio::join!(async { until_closed(server.send(b"").await).await }, async {
        until_closed(server.send(&[0x16, 0x03, 0x01, 0x02, 0x00]).await).await
    });
    assert_between(nothing.1, 9..14);
    assert_between(half.1, 9..14);
}

#[tokio::test]
async fn a_body_that_stops_is_not_waited_for() {
    let server = Server::start(router(), Duration::ZERO).await;
    let stream = server.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nten bytes.").await;
    let (said, took) = until_closed(stream).await;
    assert_between(took, 14..20);
    assert!(said.starts_with("HTTP/1.1 4"), "{said}");
    assert!(said.contains("x-request-id"), "{said}");
}

/// Endless; tells when it is dropped.
struct Endless(Arc<Notify>);

impl Stream for Endless {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> task::Poll<Option<Self::Item>> {
        task::Poll::Ready(Some(Ok(Bytes::from_static(&[b'x'; 8192]))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_let_go() {
    let dropped = Arc::new(Notify::new());
    let notify = Arc::clone(&dropped);
    let router = Router::new().route("/", get(async move || Body::from_stream(Endless(Arc::clone(&notify)))));
    let server = Server::start(router, Duration::ZERO).await;
    let started = tokio::time::Instant::now();
    let _silent = server.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::timeout(DEADLINE, dropped.notified())
        .await
        .expect("the answer is kept for a client that does not read");
    assert_between(started.elapsed(), 14..20);
}

#[tokio::test]
async fn an_http2_client_that_is_gone_is_noticed() {
    let server = Server::start(router(), Duration::ZERO).await;
    // The preface and empty settings (RFC 9113, 3.4), and no answer to any ping.
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let stream = server.send(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &settings].concat()).await;
    let (_, took) = until_closed(stream).await;
    assert_between(took, 19..30);
}
