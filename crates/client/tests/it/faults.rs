//! Servers that are away, silent, or break off.

use std::time::Duration;

use argosy_client::Error;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use wiremock::{Mock, ResponseTemplate, matchers::path};

use crate::{client, server};

#[tokio::test]
async fn a_server_that_is_away_is_named_by_its_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = client(&format!("http://{address}")).read_me().await.unwrap_err();
    assert!(error.is_connect() && error.is_retryable());
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    let (server, client) = server().await;
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    Mock::given(path("/api/v1/me")).respond_with(answer).mount(&server).await;
    let error = client.read_me().await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable() && !error.is_connect(), "{error}");
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{\"stored\": 1,";
            let _ = stream.write_all(half).await;
        }
    });
    let error = client(&url).ingest("{}\n".into()).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)) && error.is_retryable(), "{error}");
}

#[test]
fn configuration_that_cannot_work_is_refused() {
    let build = |ca_file: &str| {
        argosy_client::Client::builder("https://localhost".parse().unwrap())
            .ca_file(Some(ca_file.into()))
            .build()
    };
    let missing = build("/nowhere/ca.pem").unwrap_err().to_string();
    assert!(missing.contains("/nowhere/ca.pem"), "{missing}");
    assert!(matches!(
        argosy_client::Client::builder("mailto:someone".parse().unwrap()).build(),
        Err(Error::Configuration(_))
    ));
}
