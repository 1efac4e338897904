//! A server on a port of its own, and clients that say exactly what they are told to.

use std::{net::SocketAddr, time::Duration};

use argosy_runtime::{server, tls::TlsFiles};
use axum::Router;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// How long anything may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(40);

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shutdown: CancellationToken,
    task: AbortOnDropHandle<anyhow::Result<()>>,
}

impl Server {
    /// A server without TLS that drains for at most `drain`.
    pub(crate) async fn start(router: Router, drain: Duration) -> Self {
        Self::start_with(router, None, drain).await
    }

    /// A server with TLS.
    pub(crate) async fn start_tls(router: Router, files: TlsFiles) -> Self {
        Self::start_with(router, Some(files), Duration::from_secs(5)).await
    }

    async fn start_with(router: Router, tls: Option<TlsFiles>, drain: Duration) -> Self {
        argosy_runtime::crypto::install();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let serving = server::serve(listener, router, tls, shutdown.clone(), drain);
        Self { address, shutdown, task: AbortOnDropHandle::new(tokio::spawn(serving)) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Connects and sends these bytes.
    pub(crate) async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// Begins to stop.
    pub(crate) fn shut_down(&self) {
        self.shutdown.cancel();
    }

    /// Waits until it has stopped, and returns how long that took.
    pub(crate) async fn stopped(self) -> Duration {
        let started = Instant::now();
        timeout(DEADLINE, self.task).await.unwrap().unwrap().unwrap();
        started.elapsed()
    }
}

/// What a server says until it closes the connection, and how long it keeps it.
pub(crate) async fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let started = Instant::now();
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    let reading = async {
        // A reset is an end, too.
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            said.extend_from_slice(&buffer[..count]);
        }
    };
    timeout(DEADLINE, reading).await.expect("the server keeps the connection");
    (String::from_utf8_lossy(&said).into_owned(), started.elapsed())
}

/// Whether a time lies between so many seconds.
#[track_caller]
pub(crate) fn assert_between(took: Duration, seconds: std::ops::Range<u64>) {
    let range = Duration::from_secs(seconds.start)..Duration::from_secs(seconds.end);
    assert!(range.contains(&took), "{took:?} is not within {range:?}");
}
