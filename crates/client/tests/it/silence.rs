//! Connections whose network is gone: nothing comes, and nobody closes them.

use std::time::Duration;

use argosy_client::Client;
use argosy_runtime::{server, tls::TlsFiles};
use argosy_testkit::{Ca, eventually};
use argosy_wire::batch::IngestResponse;
use axum::{Json, Router, routing::post};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::sync::CancellationToken;

/// Longer than it takes to find out, and much less than TCP takes.
const DEADLINE: Duration = Duration::from_secs(25);

/// Passes connections on to a server; those that stand when `silence` changes say nothing more, and stay open.
async fn proxy(target: u16, silence: watch::Receiver<()>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut silence = silence.clone();
            silence.mark_unchanged();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                tokio::select! {
                    _ = copy_bidirectional(&mut client, &mut server) => {}
                    Ok(()) = silence.changed() => std::future::pending().await,
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_left_for_a_new_one() {
    argosy_runtime::crypto::install();
    let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new("ours").unwrap());
    let issued = ca.server().unwrap().write(folder.path(), "server").unwrap();
    let files = TlsFiles { certificate: issued.certificate, key: issued.key };
    let router = Router::new().route("/api/v1/ingest", post(async || Json(IngestResponse::default())));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap().port();
    let shutdown = CancellationToken::new();
    tokio::spawn(server::serve(listener, router, Some(files), shutdown.clone(), Duration::ZERO));
    let (silence, silenced) = watch::channel(());
    let port = proxy(target, silenced).await;

    let client = Client::builder(format!("https://localhost:{port}").parse().unwrap())
        .ca_file(Some(ca.write(folder.path()).unwrap()))
        .timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    client.ingest("{}\n".into()).await.unwrap();
    silence.send(()).unwrap();
    assert!(client.ingest("{}\n".into()).await.unwrap_err().is_timeout());
    eventually(DEADLINE, async || Ok(client.ingest("{}\n".into()).await?)).await;
    shutdown.cancel();
}
