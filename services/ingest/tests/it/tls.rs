//! The broker by TLS, where certificates say who is who.

use argosy_testkit::Ca;
use rumqttc::PublishOptions;
use tempfile::TempDir;

use crate::{api::Mode, service::Service, stack::Stack, until};

/// The options that make a service show this certificate.
fn options(folder: &TempDir) -> Vec<String> {
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (ca, certificate, key) = (file("ca.pem"), file("ingest.pem"), file("ingest-key.pem"));
    ["--mqtt-ca", &ca, "--mqtt-certificate", &certificate, "--mqtt-key", &key].map(String::from).into()
}

/// A service that shows ingest's certificate, of the broker's own authority unless the folder has another.
pub(crate) async fn start(stack: &Stack, folder: &TempDir) -> Service {
    if !folder.path().join("ca.pem").exists() {
        stack.broker.ca.write(folder.path()).unwrap();
        stack.broker.ca.client("ingest").unwrap().write(folder.path(), "ingest").unwrap();
    }
    let options = options(folder);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    Service::start("ingest", &stack.broker.tls_url, &stack.api.url, &options).await
}

#[tokio::test]
async fn ingest_reads_every_device_and_a_device_writes_only_its_own() {
    let (stack, folder) = (Stack::start(Mode::Working).await, TempDir::new().unwrap());
    let ca = &stack.broker.ca;
    let service = start(&stack, &folder).await;
    service.is_ready().await;
    // Its topics are those of device a, its certificate that of device b: the broker acknowledges, and passes nothing on.
    let foreign = stack.device_with_certificate("a", &ca.client("demo/b").unwrap());
    foreign.publish("telemetry", [b"0".to_vec()], PublishOptions::at_least_once()).await;
    drop(foreign);
    let own = stack.device_with_certificate("a", &ca.client("demo/a").unwrap());
    own.send(0..20).await;
    own.publish("status", [br#"{"online":true}"#.to_vec()], PublishOptions::at_least_once().retained()).await;
    until("commits", async || stack.api.committed().len(), |count| *count >= 21).await;
    assert_eq!(stack.committed(20).await, 0);
    service.stop().await;
}

#[tokio::test]
async fn a_certificate_that_is_renewed_is_used_without_a_restart() {
    let (stack, folder) = (Stack::start(Mode::Working).await, TempDir::new().unwrap());
    let ca = &stack.broker.ca;
    ca.write(folder.path()).unwrap();
    ca.expired_client("ingest").unwrap().write(folder.path(), "ingest").unwrap();
    let service = start(&stack, &folder).await;
    service.is_not_ready("CertificateExpired").await;
    ca.client("ingest").unwrap().write(folder.path(), "ingest").unwrap();
    service.is_ready().await;
}

#[tokio::test]
async fn a_broker_of_another_authority_is_not_believed() {
    let (stack, folder) = (Stack::start(Mode::Working).await, TempDir::new().unwrap());
    Ca::new("another").unwrap().write(folder.path()).unwrap();
    stack.broker.ca.client("ingest").unwrap().write(folder.path(), "ingest").unwrap();
    let service = start(&stack, &folder).await;
    service.is_not_ready("certificate").await;
    service.stop().await;
}

#[tokio::test]
async fn addresses_with_passwords_are_refused() {
    let (mqtt, api) = ("mqtt://localhost:1", "http://localhost:1");
    for (mqtt, api, name) in [
        ("mqtt://user:secret@localhost:1", api, "ARGOSY_MQTT_URL"),
        (mqtt, "http://user:secret@localhost:1", "ARGOSY_API_URL"),
        ("https://localhost", api, "ARGOSY_MQTT_URL"),
    ] {
        let error = Service::start("ingest", mqtt, api, &[]).await.fails().await;
        assert!(error.starts_with(name) && !error.contains("secret"), "{error}");
    }
}
