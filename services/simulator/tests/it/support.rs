//! Everything that a fleet talks to, in this process: PostgreSQL and broker are real, API and ingest the libraries.

mod parts;
mod process;
mod subscriber;

use std::{path::PathBuf, time::Duration};

use argosy_backends::Broker;
use argosy_client::Client;
use argosy_simulator::{Report, RunOptions, Verdict, VerifyOptions};
use argosy_testkit::{Ca, TestDatabase};
use clap::Parser;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use parts::{bootstrap, serve_api, start_broker, start_ingest};
pub(crate) use process::{Output, Simulator};
pub(crate) use subscriber::Subscriber;

/// How long anything may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The parts behind a fleet. They stop with it.
pub(crate) struct Stack {
    /// The broker, for faults.
    pub(crate) broker: Broker,
    /// Plain MQTT.
    pub(crate) mqtt_url: String,
    /// Connections to the API's database.
    pub(crate) pool: PgPool,
    tls_url: String,
    api_url: String,
    folder: TempDir,
    ingest: Option<AbortOnDropHandle<anyhow::Result<()>>>,
    shutdown: CancellationToken,
    _database: TestDatabase,
}

#[derive(Parser)]
struct Run {
    #[command(flatten)]
    options: RunOptions,
}

#[derive(Parser)]
struct Verify {
    #[command(flatten)]
    options: VerifyOptions,
}

impl Stack {
    /// Starts everything, with the fleet `demo`, which registers devices on their first message.
    pub(crate) async fn start() -> Self {
        argosy_runtime::crypto::install();
        argosy_runtime::metrics::install();
        let database = argosy_testkit::database(async |url| argosy_api::migrate(&url).await).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        bootstrap(&database.url, &folder).await;
        let shutdown = CancellationToken::new();
        let api_url = serve_api(&database.url, &shutdown).await;
        let ca = Ca::new("Argosy test").unwrap();
        ca.write(folder.path()).unwrap();
        ca.client("ingest").unwrap().write(folder.path(), "ingest").unwrap();
        let device_ca = std::fs::read_to_string(folder.path().join("device-ca.pem")).unwrap();
        let (broker, plain, tls) = start_broker(&ca, &device_ca).await;
        let (mqtt_url, tls_url) = (format!("mqtt://127.0.0.1:{plain}"), format!("mqtts://localhost:{tls}"));
        let ingest = Some(start_ingest(&tls_url, &api_url, &folder).await);
        let pool = database.pool.clone();
        Self { broker, mqtt_url, pool, tls_url, api_url, folder, ingest, shutdown, _database: database }
    }

    /// Kills ingest.
    pub(crate) async fn kill_ingest(&mut self) {
        if let Some(ingest) = self.ingest.take() {
            ingest.abort();
            let _ = ingest.await;
        }
    }

    /// Kills ingest where it runs, and starts it again.
    pub(crate) async fn restart_ingest(&mut self) {
        self.kill_ingest().await;
        self.ingest = Some(start_ingest(&self.tls_url, &self.api_url, &self.folder).await);
    }

    /// Kills the broker while it holds what nobody else has: ingest is killed two seconds before, once something that a fleet
    /// sends is stored, and comes back after the broker.
    pub(crate) async fn kill_broker_without_ingest(&mut self) {
        let stored = "select count(*) from readings where seq is not null";
        let before = self.count(stored).await;
        argosy_testkit::eventually(DEADLINE, async || {
            anyhow::ensure!(self.count(stored).await > before + 10, "nothing more is stored");
            Ok(())
        })
        .await;
        self.kill_ingest().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.broker.kill().await.unwrap();
        self.broker.start().await.unwrap();
        self.restart_ingest().await;
    }

    /// Host and port where devices show their certificates.
    pub(crate) fn tls_address(&self) -> &str {
        self.tls_url.trim_start_matches("mqtts://")
    }

    /// A file of this test.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Arguments that say where the API is.
    pub(crate) fn api(&self) -> Vec<String> {
        arguments(["--api-url", &self.api_url, "--token-file", self.file("token").to_str().unwrap()])
    }

    /// Arguments of a fleet that connects without TLS, and enters what is acknowledged into the file `ledger`.
    pub(crate) fn plain(&self, more: &str) -> Vec<String> {
        let ledger = self.file("ledger");
        let given = ["--insecure", "--mqtt-url", &self.mqtt_url, "--ledger", ledger.to_str().unwrap()];
        arguments(given.into_iter().chain(more.split_whitespace()))
    }

    /// The same with certificates.
    pub(crate) fn tls(&self, more: &str) -> Vec<String> {
        let (ledger, ca, state) = (self.file("ledger"), self.file("ca.pem"), self.file("state"));
        let files = [&ledger, &ca, &state].map(|file| file.to_str().unwrap());
        let given =
            ["--mqtt-url", &self.tls_url, "--ledger", files[0], "--mqtt-ca", files[1], "--state", files[2]];
        let mut arguments = arguments(given.into_iter().chain(more.split_whitespace()));
        arguments.extend(self.api());
        arguments
    }

    /// Compares the ledger with what is stored.
    pub(crate) async fn verify(&self) -> Verdict {
        let ledger = self.file("ledger");
        let given = ["verify", "--ledger", ledger.to_str().unwrap(), "--settle", "30s"];
        let arguments = arguments(given).into_iter().chain(self.api());
        argosy_simulator::verify(&Verify::parse_from(arguments).options).await.unwrap()
    }

    /// A client of the API that sees the fleet.
    pub(crate) fn client(&self) -> Client {
        let token = std::fs::read_to_string(self.file("token")).unwrap();
        let builder = Client::builder(self.api_url.parse().unwrap()).bearer(token.trim().into());
        builder.build().unwrap().with_fleet(Some("demo".parse().unwrap()))
    }

    /// The number that a query returns.
    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Runs a fleet to its end.
pub(crate) async fn run(arguments: Vec<String>) -> Report {
    start(arguments, CancellationToken::new()).await.0.await.unwrap().unwrap()
}

/// Starts a fleet, and tells where its admin port is.
pub(crate) async fn start(
    arguments: Vec<String>,
    shutdown: CancellationToken,
) -> (JoinHandle<anyhow::Result<Report>>, String) {
    argosy_runtime::crypto::install();
    argosy_runtime::metrics::install();
    let options = Run::parse_from(std::iter::once("run".into()).chain(arguments)).options;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admin = format!("http://{}", listener.local_addr().unwrap());
    (tokio::spawn(argosy_simulator::run(options, listener, shutdown)), admin)
}

/// Arguments of their own.
pub(crate) fn arguments<'a>(given: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    given.into_iter().map(String::from).collect()
}

/// Waits until `/readyz` says yes.
pub(crate) async fn is_ready(url: &str) {
    argosy_testkit::eventually(DEADLINE, async || {
        let response = reqwest::get(url).await?;
        anyhow::ensure!(response.status() == 200, "{}", response.text().await?);
        Ok(())
    })
    .await;
}
