//! The whole stack as native processes, with a proxy between each two that talk to each other.

mod database;
mod deadlock;
mod disk;
mod replicas;
mod start;

use std::path::PathBuf;

use argosy_backends::{Broker, Postgres, Redis};
use argosy_stack::{
    Files, Installation, Service,
    proxy::{Condition, Proxy},
};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio_util::task::AbortOnDropHandle;

use crate::{kind::Part, roster::Roster};
pub(crate) use database::Hog;
pub(crate) use disk::Disk;
pub(crate) use replicas::{ApiReplica, IngestReplica};
pub(crate) use start::FleetSize;

/// The database of the stack.
const DATABASE: &str = "argosy";

/// Everything that runs. Dropped, it stops.
#[derive(Debug)]
pub(crate) struct World {
    /// Files and certificates.
    pub(crate) installation: Installation,
    /// PostgreSQL.
    pub(crate) postgres: Postgres,
    /// Its disk, where it has one of its own.
    pub(crate) disk: Option<Disk>,
    /// Redis.
    pub(crate) redis: Redis,
    /// The broker.
    pub(crate) broker: Broker,
    /// Replicas of the API.
    pub(crate) apis: Vec<ApiReplica>,
    /// The address of the API, with the replicas behind it.
    pub(crate) balancer: Proxy,
    /// Replicas of ingest.
    pub(crate) ingests: Vec<IngestReplica>,
    /// Between devices and broker.
    pub(crate) fleet_proxy: Proxy,
    /// What runs, with its memory.
    pub(crate) roster: Roster,
    broker_port: u16,
    seal_key: PathBuf,
    /// Folders of the servers.
    folder: TempDir,
    _checks: AbortOnDropHandle<()>,
    _memory: AbortOnDropHandle<()>,
}

impl World {
    /// Files of the run.
    pub(crate) fn files(&self) -> &Files {
        &self.installation.files
    }

    /// The database, without any proxy.
    pub(crate) fn database_url(&self) -> SecretString {
        self.postgres.url(DATABASE)
    }

    /// The broker as devices reach it.
    pub(crate) fn mqtt_url(&self) -> String {
        format!("mqtts://127.0.0.1:{}", self.fleet_proxy.port())
    }

    /// The API as everybody reaches it.
    pub(crate) fn api_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.balancer.port())
    }

    /// Starts a part that was stopped or killed, and waits until it is ready.
    pub(crate) async fn start_part(&mut self, part: Part, replica: usize) -> anyhow::Result<()> {
        match part {
            Part::Ingest => self.ingests[replica].service.start().await?,
            Part::Api => self.apis[replica].service.start().await?,
            Part::Postgres => self.postgres.start().await?,
            Part::Redis => self.redis.start().await?,
            Part::Broker => self.broker.start().await?,
        }
        self.enrol();
        Ok(())
    }

    /// Stops a part in good order.
    pub(crate) async fn stop_part(&mut self, part: Part, replica: usize) -> anyhow::Result<()> {
        match part {
            Part::Ingest => self.ingests[replica].service.stop().await?,
            Part::Api => self.apis[replica].service.stop().await?,
            Part::Postgres => self.postgres.stop().await?,
            Part::Redis => self.redis.stop().await?,
            Part::Broker => self.broker.stop().await?,
        }
        self.enrol();
        Ok(())
    }

    /// Kills a part.
    pub(crate) async fn kill_part(&mut self, part: Part, replica: usize) -> anyhow::Result<()> {
        match part {
            Part::Ingest => self.ingests[replica].service.kill().await?,
            Part::Api => self.apis[replica].service.kill().await?,
            Part::Postgres => self.postgres.kill().await?,
            Part::Redis => self.redis.kill().await?,
            Part::Broker => self.broker.kill().await?,
        }
        self.enrol();
        Ok(())
    }

    /// Lets a part stand still, or go on.
    pub(crate) fn pause_part(&mut self, part: Part, replica: usize, stands: bool) -> anyhow::Result<()> {
        let process = match part {
            Part::Ingest => self.ingests[replica].service.process(),
            Part::Api => self.apis[replica].service.process(),
            Part::Postgres => self.postgres.process(),
            Part::Redis => self.redis.process(),
            Part::Broker => self.broker.process(),
        };
        match process {
            Some(process) if stands => Ok(process.pause()?),
            Some(process) => Ok(process.resume()?),
            None => Ok(()),
        }
    }

    /// The names of parts that should run and do not.
    pub(crate) fn ended(&mut self) -> Vec<String> {
        let mut ended = Vec::new();
        let services = self.apis.iter_mut().map(|api| &mut api.service);
        for service in services.chain(self.ingests.iter_mut().map(|ingest| &mut ingest.service)) {
            if !runs(service) {
                ended.push(service.name().to_owned());
            }
        }
        let servers = [
            ("postgres", self.postgres.is_running()),
            ("redis", self.redis.is_running()),
            ("broker", self.broker.is_running()),
        ];
        ended.extend(servers.into_iter().filter(|(_, runs)| !runs).map(|(name, _)| name.to_owned()));
        ended
    }

    /// Tells the roster what runs now.
    pub(crate) fn enrol(&mut self) {
        for service in self
            .apis
            .iter_mut()
            .map(|api| &mut api.service)
            .chain(self.ingests.iter_mut().map(|ingest| &mut ingest.service))
        {
            let pid = service.process().map(|process| process.id());
            self.roster.set(service.name(), pid);
        }
        for (name, process) in [
            ("postgres", self.postgres.process()),
            ("redis", self.redis.process()),
            ("broker", self.broker.process()),
        ] {
            self.roster.set(name, process.map(|process| process.id()));
        }
    }

    /// The logs of the servers, which are not among the run's own files.
    pub(crate) fn server_logs(&self) -> [(&'static str, PathBuf); 3] {
        [("postgres", self.postgres.log()), ("redis", self.redis.log()), ("broker", self.broker.log())]
    }
}

fn runs(service: &mut Service) -> bool {
    service.process().is_some_and(|process| process.exited().is_none())
}

impl World {
    /// Undoes whatever was done to the stack, so that a run can go on after something went wrong.
    pub(crate) async fn mend(&mut self) -> anyhow::Result<()> {
        for proxy in self.proxies() {
            proxy.set(Condition::Fine);
        }
        if let Some(disk) = &self.disk {
            disk.give_back().await?;
        }
        for part in [Part::Postgres, Part::Redis, Part::Broker] {
            self.pause_part(part, 0, false)?;
            self.start_part(part, 0).await?;
        }
        self.set_read_only(false).await?;
        while self.apis.len() > 2 {
            self.remove_api().await?;
        }
        while self.ingests.len() > 2 {
            self.remove_ingest().await?;
        }
        for replica in 0..2 {
            for part in [Part::Api, Part::Ingest] {
                self.pause_part(part, replica, false)?;
            }
        }
        for replica in 0..2 {
            if !runs(&mut self.apis[replica].service) {
                self.start_part(Part::Api, replica).await?;
            }
            if !runs(&mut self.ingests[replica].service) {
                self.start_part(Part::Ingest, replica).await?;
            }
        }
        Ok(())
    }

    fn proxies(&self) -> impl Iterator<Item = &Proxy> {
        let apis = self.apis.iter().flat_map(|api| [&api.postgres, &api.redis]);
        let ingests = self.ingests.iter().map(|ingest| &ingest.broker);
        apis.chain(ingests).chain([&self.balancer, &self.fleet_proxy])
    }
}
