//! What each service is told: its variables and files.

use std::{ffi::OsString, path::Path};

use anyhow::{Context as _, bail};
use argosy_backends::BrokerTls;
use tokio::process::Command;

use crate::{Certificates, Files, Service, program};

/// The files that services share.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The folder.
    pub files: Files,
    /// Certificates.
    pub certificates: Certificates,
}

impl Installation {
    /// Brings the schema up to date, and creates the fleet, the admin and the tokens. Files name the address and the key.
    pub async fn initialise(&self, database_url: &Path, seal_key: &Path) -> anyhow::Result<()> {
        let file = |name: &str| self.files.file(name).into_os_string();
        let run = |arguments| run_api(arguments, database_url, seal_key);
        run(vec!["migrate".into()]).await?;
        let mut arguments: Vec<OsString> = vec!["bootstrap".into()];
        for (option, path) in [
            ("--admin-password-file", "password"),
            ("--token-file", "token"),
            ("--device-ca-file", "secrets/device-ca.pem"),
        ] {
            arguments.extend([option.into(), file(path)]);
        }
        let mut token = OsString::from("ingest:ingest:");
        token.push(file("secrets/ingest-token"));
        arguments.extend(["--token".into(), token]);
        run(arguments).await
    }

    /// The TLS listener of a broker that trusts the devices' root, and the local authority for ingest.
    pub fn broker_tls(&self, revoked: Option<String>) -> anyhow::Result<BrokerTls> {
        let device_ca = std::fs::read_to_string(self.files.file("secrets/device-ca.pem"))
            .context("cannot read the devices' authority")?;
        Ok(BrokerTls {
            client_ca: device_ca + &self.certificates.ca_pem,
            certificate: self.certificates.server_pem.clone(),
            key: self.certificates.server_key_pem.clone(),
            revoked,
        })
    }

    /// A replica of the API at this port; it still has to be told of its database, its Redis and its seal key.
    pub fn api(&self, name: &str, port: u16) -> anyhow::Result<Service> {
        Ok(self.listening(Service::new(name, "argosy-api", &self.files)?.argument("serve"), port))
    }

    /// A replica of ingest; its name is its client id, so it must stay the same over restarts and differ between replicas.
    pub fn ingest(&self, name: &str, mqtt_url: &str, api_url: &str) -> anyhow::Result<Service> {
        let service = self.asking(Service::new(name, "argosy-ingest", &self.files)?, api_url);
        Ok(service
            .set("ARGOSY_API_TOKEN_FILE", self.files.file("secrets/ingest-token"))
            .set("ARGOSY_MQTT_URL", mqtt_url)
            .set("ARGOSY_MQTT_CA", &self.certificates.ca_file)
            .set("ARGOSY_MQTT_CERTIFICATE", &self.certificates.ingest_file)
            .set("ARGOSY_MQTT_KEY", &self.certificates.ingest_key_file)
            .set("ARGOSY_INGEST_CLIENT_ID", name))
    }

    /// The pages.
    pub fn webapp(&self, name: &str, port: u16, api_url: &str) -> anyhow::Result<Service> {
        Ok(self.asking(self.listening(Service::new(name, "argosy-webapp", &self.files)?, port), api_url))
    }

    /// A simulated fleet, with its certificates and its ledger in files of its own name.
    pub fn simulator(&self, name: &str, mqtt_url: &str, api_url: &str) -> anyhow::Result<Service> {
        let service = self.asking(Service::new(name, "argosy-simulator", &self.files)?, api_url);
        Ok(service
            .argument("run")
            .set("ARGOSY_API_TOKEN_FILE", self.files.file("token"))
            .set("ARGOSY_MQTT_URL", mqtt_url)
            .set("ARGOSY_MQTT_CA", &self.certificates.ca_file)
            .set("ARGOSY_SIMULATOR_STATE", self.files.file(name))
            .set("ARGOSY_SIMULATOR_LEDGER", self.files.file(&format!("{name}.ledger"))))
    }

    fn listening(&self, service: Service, port: u16) -> Service {
        service
            .set("ARGOSY_LISTEN", format!("0.0.0.0:{port}"))
            .set("ARGOSY_TLS_CERTIFICATE", &self.certificates.server_file)
            .set("ARGOSY_TLS_KEY", &self.certificates.server_key_file)
    }

    fn asking(&self, service: Service, api_url: &str) -> Service {
        service.set("ARGOSY_API_URL", api_url).set("ARGOSY_API_CA", &self.certificates.ca_file)
    }
}

async fn run_api(arguments: Vec<OsString>, database_url: &Path, seal_key: &Path) -> anyhow::Result<()> {
    let name = arguments[0].to_string_lossy().into_owned();
    let output = Command::new(program("argosy-api")?)
        .args(arguments)
        .env("ARGOSY_DATABASE_URL_FILE", database_url)
        .env("ARGOSY_SEAL_KEY_FILE", seal_key)
        .env("ARGOSY_LOG_FORMAT", "text")
        .env("NO_COLOR", "1")
        .output()
        .await?;
    if !output.status.success() {
        bail!("argosy-api {name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
