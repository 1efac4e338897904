//! HTTPS: who is believed, who is refused, and certificates that change under way.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use argosy_runtime::tls::{TlsFiles, client_config};
use argosy_testkit::{Ca, Logs, eventually};
use axum::{Router, http::Version, routing::get};
use tempfile::TempDir;

use crate::support::{DEADLINE, Server, until_closed};

/// Writes a server's certificate and its key.
pub(crate) fn write(ca: &Ca, folder: &TempDir) -> TlsFiles {
    let files = ca.server().unwrap().write(folder.path(), "server").unwrap();
    TlsFiles { certificate: files.certificate, key: files.key }
}

fn router() -> Router {
    Router::new().route("/", get(async || "here"))
}

/// A new client each time, so that each shakes hands.
async fn ask(server: &Server, ca: &Path) -> anyhow::Result<(Version, String)> {
    let mut tls = client_config(Some(ca))?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(tls).timeout(Duration::from_secs(5)).build()?;
    let answer = client.get(format!("https://localhost:{}/", server.address.port())).send().await?;
    Ok((answer.version(), answer.text().await?))
}

#[tokio::test]
async fn its_own_authority_is_believed_and_no_other() {
    let (folder, other_folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ca, other) = (Ca::new("ours").unwrap(), Ca::new("another").unwrap());
    let server = Server::start_tls(router(), write(&ca, &folder)).await;
    let ca = ca.write(folder.path()).unwrap();
    assert_eq!(ask(&server, &ca).await.unwrap(), (Version::HTTP_2, "here".into()));
    let other = other.write(other_folder.path()).unwrap();
    let error = format!("{:?}", ask(&server, &other).await.unwrap_err());
    assert!(error.contains("UnknownIssuer") || error.contains("BadSignature"), "{error}");
    assert_eq!(ask(&server, &ca).await.unwrap().1, "here");
}

/// An answer of HTTP/2 is written in pieces; where the next one waits for the acknowledgement of the one before, it takes 40 ms.
#[tokio::test]
async fn answers_on_one_connection_wait_for_no_acknowledgement() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new("ours").unwrap());
    let large = Router::new().route("/", get(async || "x".repeat(40_000)));
    let server = Server::start_tls(large, write(&ca, &folder)).await;
    let mut tls = client_config(Some(&ca.write(folder.path()).unwrap())).unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).build().unwrap();
    let url = format!("https://localhost:{}/", server.address.port());
    let mut times = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        client.get(&url).send().await.unwrap().text().await.unwrap();
        times.push(started.elapsed());
    }
    times.sort();
    assert!(times[times.len() / 2] < Duration::from_millis(30), "{times:?}");
}

#[tokio::test]
async fn plain_http_at_a_tls_port_is_turned_away_at_once() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new("ours").unwrap());
    let server = Server::start_tls(router(), write(&ca, &folder)).await;
    let (said, took) = until_closed(server.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(!said.contains("here"), "{said}");
    let ca = ca.write(folder.path()).unwrap();
    assert_eq!(ask(&server, &ca).await.unwrap().1, "here");
}

#[tokio::test]
async fn a_new_certificate_is_used_without_a_restart() {
    let logs = Logs::capture();
    let (folder, new_folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (old, new) = (Ca::new("old").unwrap(), Ca::new("new").unwrap());
    let files = write(&old, &folder);
    let server = Server::start_tls(router(), files.clone()).await;
    let (old_file, new_file) = (old.write(folder.path()).unwrap(), new.write(new_folder.path()).unwrap());
    assert_eq!(ask(&server, &old_file).await.unwrap().1, "here");

    // Half of a change is not used: the new certificate with the old key.
    let renewed = write(&new, &new_folder);
    std::fs::copy(&renewed.certificate, &files.certificate).unwrap();
    eventually(DEADLINE, async || {
        anyhow::ensure!(logs.contains("The new certificate is not usable."), "{}", logs.text());
        Ok(())
    })
    .await;
    assert_eq!(ask(&server, &old_file).await.unwrap().1, "here");

    std::fs::copy(&renewed.key, &files.key).unwrap();
    eventually(DEADLINE, async || ask(&server, &new_file).await).await;
    assert!(ask(&server, &old_file).await.is_err());
    assert!(logs.contains("The server's certificate was read again."));
}

#[tokio::test]
async fn a_certificate_that_is_of_no_use_is_an_error_that_names_the_file() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new("ours").unwrap());
    let files = write(&ca, &folder);
    let other = ca.server().unwrap().write(folder.path(), "other").unwrap();
    let missing = folder.path().join("missing.pem");
    let with = |certificate: &Path, key: &Path| TlsFiles { certificate: certificate.into(), key: key.into() };
    for (files, name, why) in [
        (with(&files.certificate, &other.key), "server.pem", "do not fit"),
        (with(&missing, &files.key), "missing.pem", "cannot read certificates"),
        (with(&files.certificate, &missing), "missing.pem", "cannot read a private key"),
        (with(&files.key, &files.key), "server-key.pem", ""),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let token = tokio_util::sync::CancellationToken::new();
        let serving = argosy_runtime::server::serve(listener, router(), Some(files), token, Duration::ZERO);
        let error = format!("{:#}", serving.await.unwrap_err());
        assert!(error.contains(name) && error.contains(why), "{error}");
    }
}
