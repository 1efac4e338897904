//! The stack that is measured: real servers and services, each a process of its own, in a temporary folder.

use anyhow::Context as _;
use argosy_backends::{Broker, BrokerOptions, Postgres, Redis, free_port};
use argosy_client::Client;
use argosy_stack::{Installation, Service};
use argosy_wire::api::fleet::CreateFleetRequest;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;

use crate::{brokers::installation, https};

/// The fleet of the devices that are measured; it registers them by itself.
pub(crate) const FLEET: &str = "bench";

/// What is different from `argosy up`, which has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setup {
    /// Whether there is TLS between broker and ingest. Devices publish without.
    pub(crate) tls: bool,
    /// Whether replicas share their live tail by Redis.
    pub(crate) redis: bool,
    /// Whether devices are sent receipts.
    pub(crate) receipts: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { tls: true, redis: true, receipts: true }
    }
}

/// PostgreSQL, Redis, the broker, api and ingest.
pub(crate) struct Stack {
    pub(crate) installation: Installation,
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
    pub(crate) broker: Broker,
    /// The broker's port without TLS.
    pub(crate) plain_port: u16,
    pub(crate) api_url: String,
    pub(crate) client: Client,
    pub(crate) pool: PgPool,
    pub(crate) api: Service,
    pub(crate) ingest: Service,
    // Last, since the others use it.
    _folder: TempDir,
}

impl Stack {
    /// Starts everything.
    pub(crate) async fn start(setup: Setup) -> anyhow::Result<Self> {
        let (folder, installation) = installation()?;
        let files = &installation.files;
        let mut postgres = Postgres::prepare(&files.file("postgres"), free_port()?, true)?.temporary();
        let mut redis = Redis::prepare(&files.file("redis"), free_port()?)?.temporary();
        postgres.start().await?;
        redis.start().await?;
        postgres.create_database("argosy").await?;
        let url = postgres.url("argosy");
        let database_url = files.write_secret("secrets/database-url", url.expose_secret())?;
        let redis_url = files.write_secret("secrets/redis-url", redis.url().expose_secret())?;
        let seal_key = files.secret("secrets/seal-key", || "5e".repeat(32))?;
        installation.initialise(&database_url, &seal_key).await?;

        let (plain_port, api_port) = (free_port()?, free_port()?);
        let tls_port = setup.tls.then(free_port).transpose()?;
        let tls = tls_port.map(|port| anyhow::Ok((port, installation.broker_tls(None)?))).transpose()?;
        let options = BrokerOptions { tls, plain: Some(plain_port) };
        let mut broker = Broker::prepare(&files.file("broker"), &options)?.temporary();
        broker.start().await?;
        let mut api = installation
            .api("api", api_port)?
            .set("ARGOSY_DATABASE_URL_FILE", &database_url)
            .set("ARGOSY_SEAL_KEY_FILE", &seal_key)
            .set("ARGOSY_REQUESTS_PER_MINUTE", "0");
        if setup.redis {
            api = api.set("ARGOSY_REDIS_URL_FILE", &redis_url);
        }
        api.start().await?;
        let api_url = format!("https://localhost:{api_port}");
        let token = std::fs::read_to_string(files.file("token")).context("there is no token")?;
        let client = Client::builder(api_url.parse()?)
            .ca_file(Some(installation.certificates.ca_file.clone()))
            .bearer(token.trim().into())
            .build()?;
        let request = CreateFleetRequest {
            name: FLEET.parse()?,
            auto_register: true,
            retention_days: None,
            offline_after_seconds: None,
        };
        client.create_fleet(&request).await?;
        let mqtt_url = match tls_port {
            Some(port) => format!("mqtts://localhost:{port}"),
            None => format!("mqtt://127.0.0.1:{plain_port}"),
        };
        let mut ingest = installation.ingest("ingest", &mqtt_url, &api_url)?;
        if !setup.receipts {
            ingest = ingest.set("ARGOSY_INGEST_RECEIPT_INTERVAL_MS", "0");
        }
        ingest.start().await?;
        let pool = PgPoolOptions::new().max_connections(4).connect(url.expose_secret()).await?;
        Ok(Self {
            installation,
            postgres,
            redis,
            broker,
            plain_port,
            api_url,
            client,
            pool,
            api,
            ingest,
            _folder: folder,
        })
    }

    /// Messages of the fleet that are stored, by the ledger.
    pub(crate) async fn stored(&self) -> anyhow::Result<u64> {
        let stored: i64 =
            sqlx::query_scalar("select coalesce(sum(received_count), 0)::bigint from device_streams")
                .fetch_one(&self.pool)
                .await?;
        Ok(stored.unsigned_abs())
    }

    /// Something of the fleet's in the API.
    pub(crate) fn address(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{}/api/v1/{path}{separator}fleet={FLEET}", self.api_url)
    }

    /// A client of the API whose answers are thrown away.
    pub(crate) fn https(&self) -> anyhow::Result<reqwest::Client> {
        let token = std::fs::read_to_string(self.installation.files.file("token"))?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.trim()))?;
        bearer.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        https::client(&self.installation.certificates.ca_file, headers)
    }

    /// The processes whose work is counted.
    pub(crate) fn processes(&mut self) -> Vec<(&'static str, i32)> {
        [
            ("broker", self.broker.process().map(|process| process.id())),
            ("ingest", self.ingest.process().map(|process| process.id())),
            ("api", self.api.process().map(|process| process.id())),
            ("postgres", self.postgres.process().map(|process| process.id())),
            ("redis", self.redis.process().map(|process| process.id())),
        ]
        .into_iter()
        .filter_map(|(name, id)| Some((name, id?)))
        .collect()
    }
}
