//! An HTTP or HTTPS listener with limits, timeouts and a drain.

mod impatience;

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use axum::Router;
use axum_server::{Handle, accept::NoDelayAcceptor};
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::tls::{self, TlsFiles};
use impatience::Impatient;

/// How long a client may take to send a request's head, and a TLS handshake.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How often an HTTP/2 connection is asked whether it is still there, and how long it may take to answer.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes.
const MAX_HEAD_BYTES: u32 = 64 * 1024;
/// Requests at once on one HTTP/2 connection.
const MAX_STREAMS: u32 = 256;

/// Serves until `shutdown`, then answers requests under way for at most `drain`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<TlsFiles>,
    shutdown: CancellationToken,
    drain: Duration,
) -> anyhow::Result<()> {
    let listener = listener.into_std().context("the listener cannot be used")?;
    let handle = Handle::new();
    let stop = {
        let (handle, shutdown) = (handle.clone(), shutdown.clone());
        tokio::spawn(async move {
            shutdown.cancelled().await;
            handle.graceful_shutdown(Some(drain));
        })
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    // An answer is written in pieces, and none must wait until the client has acknowledged the one before (RFC 896).
    let at_once = NoDelayAcceptor::new();
    let result = match tls {
        Some(files) => {
            let config = tls::server_config(files, shutdown)?;
            let mut server = axum_server::from_tcp_rustls(listener, config)?
                .map(|tls| Impatient(tls.acceptor(at_once)))
                .handle(handle);
            limit(server.http_builder());
            server.serve(service).await
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?.acceptor(Impatient(at_once)).handle(handle);
            limit(server.http_builder());
            server.serve(service).await
        }
    };
    stop.abort();
    result.context("the listener failed")
}

fn limit(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_header_list_size(MAX_HEAD_BYTES)
        .max_concurrent_streams(MAX_STREAMS);
}
