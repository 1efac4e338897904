//! How the parts behind a fleet are started.

use argosy_api::{BootstrapOptions, DatabaseConfig, SealConfig};
use argosy_backends::{Broker, BrokerOptions, BrokerTls, free_port};
use argosy_testkit::Ca;
use clap::Parser;
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{arguments, is_ready};

const SEAL_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[derive(Parser)]
struct Api {
    #[command(flatten)]
    config: argosy_api::Config,
}

#[derive(Parser)]
struct Ingest {
    #[command(flatten)]
    config: argosy_ingest::Config,
}

pub(super) async fn bootstrap(database_url: &SecretString, folder: &TempDir) {
    let file = |name| folder.path().join(name);
    let options = BootstrapOptions {
        database: database_config(database_url),
        seal: seal_config(),
        fleet: "demo".parse().unwrap(),
        auto_register: true,
        admin_email: "admin@localhost".into(),
        admin_password_file: file("password"),
        token_file: file("token"),
        tokens: vec![format!("ingest:ingest:{}", file("ingest-token").display()).parse().unwrap()],
        device_ca_file: Some(file("device-ca.pem")),
    };
    argosy_api::bootstrap(&options).await.unwrap();
}

pub(super) async fn serve_api(database_url: &SecretString, shutdown: &CancellationToken) -> String {
    let given = ["api", "--listen", "127.0.0.1:0", "--requests-per-minute", "0", "--seal-key", SEAL_KEY];
    let database = ["--database-url", database_url.expose_secret(), "--database-connections", "8"];
    let config = Api::parse_from(given.into_iter().chain(database)).config;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admin_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(argosy_api::serve(config, listener, admin_listener, shutdown.clone()));
    url
}

fn database_config(url: &SecretString) -> DatabaseConfig {
    DatabaseConfig { database_url: Some(url.clone()), database_url_file: None, database_connections: 8 }
}

fn seal_config() -> SealConfig {
    SealConfig { seal_key: Some(SEAL_KEY.into()), seal_key_file: None }
}

/// A broker that trusts devices and ingest, with its plain and its TLS port.
pub(super) async fn start_broker(ca: &Ca, device_ca: &str) -> (Broker, u16, u16) {
    let server = ca.server().unwrap();
    let tls = BrokerTls {
        client_ca: format!("{}{device_ca}", ca.certificate),
        certificate: server.certificate,
        key: server.key,
        revoked: None,
    };
    // A port that was free a moment ago may be somebody's now.
    for _ in 0..5 {
        let (plain, tls_port) = (free_port().unwrap(), free_port().unwrap());
        let options = BrokerOptions { tls: Some((tls_port, tls.clone())), plain: Some(plain) };
        let folder = tempfile::tempdir().unwrap().keep();
        let mut broker = Broker::prepare(&folder, &options).unwrap().temporary();
        if broker.start().await.is_ok() {
            return (broker, plain, tls_port);
        }
    }
    panic!("no broker could be started");
}

pub(super) async fn start_ingest(
    mqtt_url: &str,
    api_url: &str,
    folder: &TempDir,
) -> AbortOnDropHandle<anyhow::Result<()>> {
    let file = |name: &str| folder.path().join(name).display().to_string();
    let given = ["ingest", "--client-id", "ingest", "--mqtt-url", mqtt_url, "--api-url", api_url];
    let files = [
        ("--api-token-file", file("ingest-token")),
        ("--mqtt-ca", file("ca.pem")),
        ("--mqtt-certificate", file("ingest.pem")),
        ("--mqtt-key", file("ingest-key.pem")),
    ];
    let files = files.into_iter().flat_map(|(name, file)| [name.to_owned(), file]);
    let config = Ingest::parse_from(arguments(given).into_iter().chain(files)).config;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ready = format!("http://{}/readyz", listener.local_addr().unwrap());
    let task = tokio::spawn(argosy_ingest::serve(config, listener, CancellationToken::new()));
    is_ready(&ready).await;
    AbortOnDropHandle::new(task)
}
