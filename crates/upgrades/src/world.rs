//! The whole stack as native processes, whose database is behind one address.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

use anyhow::Context as _;
use argosy_backends::{Broker, BrokerOptions, Redis, random_secret};
use argosy_client::Client;
use argosy_stack::{Certificates, Files, Installation, Service, lasting_port, proxy::Proxy};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use tokio_util::task::AbortOnDropHandle;

use crate::{Arguments, database::Database};

/// Replicas of the API, and of ingest.
const REPLICAS: usize = 2;
/// How long a request of a probe may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Everything that runs but the new server. Dropped, it stops.
#[derive(Debug)]
pub(crate) struct World {
    /// Files and certificates.
    pub(crate) installation: Installation,
    /// The address of the database, which stays the same whichever server it means.
    pub(crate) endpoint: Proxy,
    /// The fleet.
    pub(crate) fleet: Service,
    ingests: Vec<Service>,
    apis: Vec<Service>,
    balancer: Proxy,
    redis: Redis,
    broker: Broker,
    _checks: AbortOnDropHandle<()>,
    folder: TempDir,
}

/// The folder that the servers' data is in.
pub(crate) fn server_folder() -> anyhow::Result<TempDir> {
    let folder = TempDir::with_prefix("argosy-upgrades-")?;
    // The servers' own user has to pass.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

impl World {
    /// Starts everything on this database, and a fleet that publishes.
    pub(crate) async fn start(files: Files, blue: &Database, arguments: &Arguments) -> anyhow::Result<Self> {
        files.create()?;
        let folder = server_folder()?;
        let installation = Installation { certificates: Certificates::prepare(&files)?, files };
        let files = &installation.files;
        let endpoint = Proxy::start(&[blue.port]).await?;
        let mut redis = Redis::prepare(&folder.path().join("redis"), lasting_port()?)?.temporary();
        redis.start().await?;
        let database = blue.url_through(endpoint.port())?;
        let database = files.write_secret("secrets/database-url", database.expose_secret())?;
        let redis_url = files.write_secret("secrets/redis-url", redis.url().expose_secret())?;
        let seal_key = files.secret("secrets/seal-key", seal_key)?;
        installation.initialise(&database, &seal_key).await?;
        let broker_port = lasting_port()?;
        let options = BrokerOptions { tls: Some((broker_port, installation.broker_tls(None)?)), plain: None };
        let mut broker = Broker::prepare(&folder.path().join("broker"), &options)?.temporary();
        broker.start().await?;
        let balancer = Proxy::start(&[]).await?;
        let mut apis = Vec::new();
        for number in 1..=REPLICAS {
            let port = lasting_port()?;
            let mut api = installation
                .api(&format!("api-{number}"), port)?
                .set("ARGOSY_DATABASE_URL_FILE", &database)
                .set("ARGOSY_REDIS_URL_FILE", &redis_url)
                .set("ARGOSY_SEAL_KEY_FILE", &seal_key);
            api.start().await?;
            balancer.targets().add(port, api.admin_port());
            apis.push(api);
        }
        let (api_url, mqtt_url) =
            (format!("https://127.0.0.1:{}", balancer.port()), format!("mqtts://127.0.0.1:{broker_port}"));
        let mut ingests = Vec::new();
        for number in 1..=REPLICAS {
            let mut ingest = installation.ingest(&format!("ingest-{number}"), &mqtt_url, &api_url)?;
            ingest.start().await?;
            ingests.push(ingest);
        }
        let mut fleet = installation
            .simulator("fleet", &mqtt_url, &api_url)?
            .set("ARGOSY_SIMULATOR_DEVICES", arguments.devices.to_string())
            .set("ARGOSY_SIMULATOR_RATE", arguments.rate.to_string())
            .argument("--json");
        fleet.start().await?;
        let checks = AbortOnDropHandle::new(tokio::spawn(balancer.targets().clone().check()));
        Ok(Self {
            installation,
            endpoint,
            fleet,
            ingests,
            apis,
            balancer,
            redis,
            broker,
            _checks: checks,
            folder,
        })
    }

    /// The API as everybody reaches it.
    pub(crate) fn api_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.balancer.port())
    }

    /// The file of what the broker acknowledged.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.installation.files.file("fleet.ledger")
    }

    /// A client of the fleet with the token of this file.
    pub(crate) fn client(&self, token: &str) -> anyhow::Result<Client> {
        let path = self.installation.files.file(token);
        let token =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let client = Client::builder(self.api_url().parse()?)
            .ca_file(Some(self.installation.certificates.ca_file.clone()))
            .bearer(token.trim().to_owned().into())
            .timeout(TIMEOUT)
            .build()?;
        Ok(client.with_fleet(Some("demo".parse()?)))
    }

    /// The admin ports of ingest.
    pub(crate) fn ingest_ports(&self) -> Vec<u16> {
        self.ingests.iter().map(Service::admin_port).collect()
    }

    /// Stops everything; what is under way is finished first.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        for ingest in &mut self.ingests {
            ingest.stop().await?;
        }
        self.broker.stop().await?;
        for api in &mut self.apis {
            api.stop().await?;
        }
        self.redis.stop().await?;
        Ok(self.folder.close()?)
    }
}

/// 32 random bytes in hex.
fn seal_key() -> String {
    random_secret().bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
