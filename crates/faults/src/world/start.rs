//! Starts the stack, from the database to the fleet.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use anyhow::Context as _;
use argosy_backends::{Broker, BrokerOptions, Postgres, Redis, random_secret};
use argosy_stack::{Certificates, Files, Installation, Service, lasting_port, proxy::Proxy};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use tokio_util::task::AbortOnDropHandle;

use super::{DATABASE, Disk, World};
use crate::{mounts, roster::Roster};

/// PostgreSQL writes checkpoints so often that its disk need not be large.
const WAL: &str = "max_wal_size=1GB";
/// Three replicas of the API and ourselves, and not so many that they cannot be used up in a moment.
const CONNECTIONS: &str = "max_connections=64";

/// How large a fleet is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FleetSize {
    /// Devices.
    pub(crate) devices: u32,
    /// Messages a second and device.
    pub(crate) rate: f64,
}

impl FleetSize {
    /// Messages a second.
    pub(crate) fn messages(self) -> f64 {
        f64::from(self.devices) * self.rate
    }
}

impl World {
    /// Starts everything but the fleet: two replicas of each service. Their logs and secrets are in `files`; a disk of its own for
    /// PostgreSQL has so many megabytes.
    pub(crate) async fn start(files: Files, megabytes: u64) -> anyhow::Result<Self> {
        files.create()?;
        let folder = TempDir::with_prefix("argosy-faults-")?;
        // The servers' own user has to pass.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let installation = Installation { certificates: Certificates::prepare(&files)?, files };
        let disk = own_disk(&folder.path().join("postgres"), megabytes).await?;
        let postgres = Postgres::prepare(&folder.path().join("postgres"), lasting_port()?, true)?;
        let mut postgres = postgres.setting(WAL).setting(CONNECTIONS).temporary();
        postgres.start().await?;
        postgres.create_database(DATABASE).await?;
        let mut redis = Redis::prepare(&folder.path().join("redis"), lasting_port()?)?.temporary();
        redis.start().await?;
        let url = postgres.url(DATABASE);
        let url = installation.files.write_secret("secrets/database-url", url.expose_secret())?;
        let seal_key = installation.files.secret("secrets/seal-key", seal_key)?;
        installation.initialise(&url, &seal_key).await?;
        let broker_port = lasting_port()?;
        let options = BrokerOptions { tls: Some((broker_port, installation.broker_tls(None)?)), plain: None };
        let mut broker = Broker::prepare(&folder.path().join("broker"), &options)?.temporary();
        broker.start().await?;
        let balancer = Proxy::start(&[]).await?;
        let roster = Roster::default();
        let mut world = Self {
            installation,
            postgres,
            disk,
            redis,
            broker,
            apis: Vec::new(),
            ingests: Vec::new(),
            fleet_proxy: Proxy::start(&[broker_port]).await?,
            _checks: AbortOnDropHandle::new(tokio::spawn(balancer.targets().clone().check())),
            balancer,
            _memory: roster.watch(),
            roster,
            broker_port,
            seal_key,
            folder,
        };
        for _ in 0..2 {
            world.add_api().await?;
        }
        for _ in 0..2 {
            world.add_ingest(false).await?;
        }
        Ok(world)
    }

    /// A fleet that does not run yet; its name names its files.
    pub(crate) fn fleet(&self, name: &str, size: FleetSize) -> anyhow::Result<Service> {
        let service = self.installation.simulator(name, &self.mqtt_url(), &self.api_url())?;
        Ok(service
            .set("ARGOSY_SIMULATOR_DEVICES", size.devices.to_string())
            .set("ARGOSY_SIMULATOR_RATE", size.rate.to_string())
            .argument("--json"))
    }

    /// Stops everything, the database last. What does not stop is killed.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        for ingest in &mut self.ingests {
            ingest.service.stop().await?;
        }
        self.broker.stop().await?;
        for api in &mut self.apis {
            api.service.stop().await?;
        }
        self.redis.stop().await?;
        self.postgres.stop().await?;
        let Self { postgres, disk, folder, .. } = self;
        // It holds a file on the disk.
        drop(postgres);
        if let Some(disk) = disk {
            disk.unmount().await?;
        }
        Ok(folder.close()?)
    }
}

async fn own_disk(folder: &Path, megabytes: u64) -> anyhow::Result<Option<Disk>> {
    if !mounts::has_own() {
        return Ok(None);
    }
    std::fs::create_dir(folder)?;
    Disk::mount(folder, megabytes).await.map(Some).context("PostgreSQL gets no disk of its own")
}

/// 32 random bytes in hex.
fn seal_key() -> String {
    random_secret().bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
