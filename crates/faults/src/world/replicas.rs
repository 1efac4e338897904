//! Replicas of the API and of ingest, each behind proxies of its own.

use anyhow::Context as _;
use argosy_stack::{Service, lasting_port, proxy::Proxy};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::World;

/// A replica of the API.
#[derive(Debug)]
pub(crate) struct ApiReplica {
    /// Its process.
    pub(crate) service: Service,
    /// Where it listens.
    pub(crate) port: u16,
    /// Between it and PostgreSQL.
    pub(crate) postgres: Proxy,
    /// Between it and Redis.
    pub(crate) redis: Proxy,
}

/// A replica of ingest.
#[derive(Debug)]
pub(crate) struct IngestReplica {
    /// Its process.
    pub(crate) service: Service,
    /// Between it and the broker.
    pub(crate) broker: Proxy,
}

impl World {
    /// Starts one more replica of the API, and gives it its share of new connections.
    pub(crate) async fn add_api(&mut self) -> anyhow::Result<()> {
        let number = self.apis.len() + 1;
        let name = format!("api-{number}");
        let (database, redis) = (self.database_url(), self.redis.url());
        let postgres_proxy = Proxy::start(&[port_of(&database)?]).await?;
        let redis_proxy = Proxy::start(&[port_of(&redis)?]).await?;
        let files = self.files();
        let secret = |kind: &str, url: String| files.write_secret(&format!("secrets/{name}-{kind}"), &url);
        let database = secret("database-url", through(&database, &postgres_proxy)?)?;
        let redis = secret("redis-url", through(&redis, &redis_proxy)?)?;
        let port = lasting_port()?;
        let mut service = self
            .installation
            .api(&name, port)?
            .set("ARGOSY_DATABASE_URL_FILE", database)
            .set("ARGOSY_REDIS_URL_FILE", redis)
            .set("ARGOSY_SEAL_KEY_FILE", &self.seal_key);
        service.start().await?;
        self.balancer.targets().add(port, service.admin_port());
        self.apis.push(ApiReplica { service, port, postgres: postgres_proxy, redis: redis_proxy });
        self.enrol();
        Ok(())
    }

    /// Stops the newest replica of the API for good: first it gets no new connections.
    pub(crate) async fn remove_api(&mut self) -> anyhow::Result<()> {
        let mut replica = self.apis.pop().context("there is no replica of the API")?;
        self.balancer.targets().remove(replica.port);
        replica.service.stop().await?;
        self.roster.set(replica.service.name(), None);
        Ok(())
    }

    /// Starts one more replica of ingest; one that will not come back leaves when it is stopped.
    pub(crate) async fn add_ingest(&mut self, leaves_on_stop: bool) -> anyhow::Result<()> {
        let name = format!("ingest-{}", self.ingests.len() + 1);
        let broker = Proxy::start(&[self.broker_port]).await?;
        let mqtt_url = format!("mqtts://127.0.0.1:{}", broker.port());
        let service = self.installation.ingest(&name, &mqtt_url, &self.api_url())?;
        let mut service = service.set("ARGOSY_INGEST_LEAVE_ON_STOP", leaves_on_stop.to_string());
        service.start().await?;
        self.ingests.push(IngestReplica { service, broker });
        self.enrol();
        Ok(())
    }

    /// Stops the newest replica of ingest for good.
    pub(crate) async fn remove_ingest(&mut self) -> anyhow::Result<()> {
        let mut replica = self.ingests.pop().context("there is no replica of ingest")?;
        replica.service.stop().await?;
        self.roster.set(replica.service.name(), None);
        Ok(())
    }
}

fn port_of(url: &SecretString) -> anyhow::Result<u16> {
    Url::parse(url.expose_secret())?.port().context("the address has no port")
}

/// The same address by way of a proxy.
fn through(url: &SecretString, proxy: &Proxy) -> anyhow::Result<String> {
    let mut url = Url::parse(url.expose_secret())?;
    url.set_port(Some(proxy.port())).ok().context("the address takes no port")?;
    Ok(url.into())
}
