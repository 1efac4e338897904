//! The parts of the stack, in the order they start.

use std::path::PathBuf;

use argosy_backends::{Broker, BrokerOptions};
use argosy_stack::Installation;
use tokio::sync::watch;

use crate::{arguments::UpOptions, part::Part};

/// What the parts are made of.
#[derive(Debug)]
pub(crate) struct Plan<'p> {
    /// Files and certificates.
    pub(crate) installation: &'p Installation,
    /// The command line.
    pub(crate) options: &'p UpOptions,
    /// File of PostgreSQL's address.
    pub(crate) database_url: PathBuf,
    /// File of Redis's address.
    pub(crate) redis_url: PathBuf,
    /// File of the key that seals private keys.
    pub(crate) seal_key: PathBuf,
}

impl Plan<'_> {
    /// Brings the schema up to date, and creates the fleet, the admin and the tokens.
    pub(crate) async fn initialise(&self) -> anyhow::Result<()> {
        self.installation.initialise(&self.database_url, &self.seal_key).await
    }

    /// The broker, which follows the lists of revoked certificates.
    pub(crate) fn broker(&self, revoked: watch::Receiver<String>) -> anyhow::Result<Part> {
        let tls = self.installation.broker_tls(Some(revoked.borrow().clone()))?;
        let options = BrokerOptions {
            tls: Some((self.options.mqtt_port, tls)),
            plain: self.options.insecure_mqtt_port,
        };
        Ok(Part::Broker(Broker::prepare(&self.installation.files.file("broker"), &options)?, revoked))
    }

    /// The API.
    pub(crate) fn service_api(&self) -> anyhow::Result<Part> {
        let service = self.installation.api("api", self.options.api_port)?;
        Ok(Part::Service(
            service
                .set("ARGOSY_DATABASE_URL_FILE", &self.database_url)
                .set("ARGOSY_REDIS_URL_FILE", &self.redis_url)
                .set("ARGOSY_SEAL_KEY_FILE", &self.seal_key),
        ))
    }

    /// Ingest.
    pub(crate) fn service_ingest(&self) -> anyhow::Result<Part> {
        let service = self.installation.ingest("ingest", &self.mqtt_url(), &self.api_url())?;
        Ok(Part::Service(service.set("ARGOSY_INGEST_CLIENT_ID", "ingest-local")))
    }

    /// The pages.
    pub(crate) fn service_webapp(&self) -> anyhow::Result<Part> {
        let port = self.options.webapp_port;
        Ok(Part::Service(self.installation.webapp("webapp", port, &self.api_url())?))
    }

    /// The simulated fleet.
    pub(crate) fn service_simulator(&self) -> anyhow::Result<Part> {
        let service = self.installation.simulator("simulator", &self.mqtt_url(), &self.api_url())?;
        Ok(Part::Service(
            service
                .set("ARGOSY_SIMULATOR_DEVICES", self.options.devices.to_string())
                .set("ARGOSY_SIMULATOR_RATE", self.options.rate.to_string()),
        ))
    }

    fn mqtt_url(&self) -> String {
        format!("mqtts://localhost:{}", self.options.mqtt_port)
    }

    fn api_url(&self) -> String {
        format!("https://localhost:{}", self.options.api_port)
    }
}
