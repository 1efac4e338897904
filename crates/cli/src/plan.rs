//! The parts of the stack, in the order they start.

use std::{ffi::OsString, path::PathBuf};

use anyhow::{Context as _, bail};
use argosy_backends::{Broker, BrokerOptions, BrokerTls, free_port};
use tokio::{process::Command, sync::watch};

use crate::{
    arguments::UpOptions,
    certificates::Certificates,
    folder::Folder,
    part::{Part, Service},
};

/// What the parts are made of.
#[derive(Debug)]
pub(crate) struct Plan<'p> {
    /// `.argosy/`.
    pub(crate) folder: &'p Folder,
    /// The command line.
    pub(crate) options: &'p UpOptions,
    /// Certificates.
    pub(crate) certificates: &'p Certificates,
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
        let file = |name: &str| self.folder.file(name).into_os_string();
        self.api(vec!["migrate".into()]).await?;
        let mut arguments: Vec<OsString> = vec!["bootstrap".into()];
        for (option, path) in [
            ("--admin-password-file", "password"),
            ("--token-file", "token"),
            ("--ingest-token-file", "secrets/ingest-token"),
            ("--device-ca-file", "secrets/device-ca.pem"),
        ] {
            arguments.extend([option.into(), file(path)]);
        }
        self.api(arguments).await
    }

    async fn api(&self, arguments: Vec<OsString>) -> anyhow::Result<()> {
        let name = arguments[0].to_string_lossy().into_owned();
        let output = Command::new(program("argosy-api")?)
            .args(arguments)
            .env("ARGOSY_DATABASE_URL_FILE", &self.database_url)
            .env("ARGOSY_SEAL_KEY_FILE", &self.seal_key)
            .env("ARGOSY_LOG_FORMAT", "text")
            .env("NO_COLOR", "1")
            .output()
            .await?;
        if !output.status.success() {
            bail!("argosy-api {name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    /// The broker. It trusts the devices' root, and the local authority for ingest.
    pub(crate) fn broker(&self, revoked: watch::Receiver<String>) -> anyhow::Result<Part> {
        let device_ca = std::fs::read_to_string(self.folder.file("secrets/device-ca.pem"))
            .context("cannot read the devices' authority")?;
        let tls = BrokerTls {
            client_ca: device_ca + &self.certificates.ca_pem,
            certificate: self.certificates.server_pem.clone(),
            key: self.certificates.server_key_pem.clone(),
            revoked: Some(revoked.borrow().clone()),
        };
        let options = BrokerOptions {
            tls: Some((self.options.mqtt_port, tls)),
            plain: self.options.insecure_mqtt_port,
        };
        Ok(Part::Broker(Broker::prepare(&self.folder.file("broker"), &options)?, revoked))
    }

    /// The API.
    pub(crate) fn service_api(&self) -> anyhow::Result<Part> {
        let mut environment = self.listen(self.options.api_port);
        environment.extend(variables([
            ("ARGOSY_DATABASE_URL_FILE", self.database_url.as_os_str()),
            ("ARGOSY_REDIS_URL_FILE", self.redis_url.as_os_str()),
            ("ARGOSY_SEAL_KEY_FILE", self.seal_key.as_os_str()),
        ]));
        self.service("api", vec!["serve".into()], environment)
    }

    /// Ingest.
    pub(crate) fn service_ingest(&self) -> anyhow::Result<Part> {
        let token = self.folder.file("secrets/ingest-token");
        let mut environment = self.api_client();
        environment.extend(variables([
            ("ARGOSY_API_TOKEN_FILE", token.as_os_str()),
            ("ARGOSY_MQTT_URL", self.mqtt_url().as_os_str()),
            ("ARGOSY_MQTT_CA", self.certificates.ca_file.as_os_str()),
            ("ARGOSY_MQTT_CERTIFICATE", self.certificates.ingest_file.as_os_str()),
            ("ARGOSY_MQTT_KEY", self.certificates.ingest_key_file.as_os_str()),
            ("ARGOSY_INGEST_CLIENT_ID", "ingest-local".as_ref()),
        ]));
        self.service("ingest", Vec::new(), environment)
    }

    /// The pages.
    pub(crate) fn service_webapp(&self) -> anyhow::Result<Part> {
        let mut environment = self.listen(self.options.webapp_port);
        environment.extend(self.api_client());
        self.service("webapp", Vec::new(), environment)
    }

    /// The simulated fleet.
    pub(crate) fn service_simulator(&self) -> anyhow::Result<Part> {
        let state = self.folder.file("simulator");
        let mut environment = self.api_client();
        environment.extend(variables([
            ("ARGOSY_API_TOKEN_FILE", self.folder.file("token").as_os_str()),
            ("ARGOSY_MQTT_URL", self.mqtt_url().as_os_str()),
            ("ARGOSY_MQTT_CA", self.certificates.ca_file.as_os_str()),
            ("ARGOSY_SIMULATOR_STATE", state.as_os_str()),
            ("ARGOSY_SIMULATOR_DEVICES", self.options.devices.to_string().as_ref()),
            ("ARGOSY_SIMULATOR_RATE", self.options.rate.to_string().as_ref()),
            ("ARGOSY_SIMULATOR_LEDGER", self.folder.file("simulator.ledger").as_os_str()),
        ]));
        self.service("simulator", vec!["run".into()], environment)
    }

    fn mqtt_url(&self) -> OsString {
        format!("mqtts://localhost:{}", self.options.mqtt_port).into()
    }

    fn listen(&self, port: u16) -> Vec<(String, OsString)> {
        variables([
            ("ARGOSY_LISTEN", format!("0.0.0.0:{port}").as_ref()),
            ("ARGOSY_TLS_CERTIFICATE", self.certificates.server_file.as_os_str()),
            ("ARGOSY_TLS_KEY", self.certificates.server_key_file.as_os_str()),
        ])
    }

    fn api_client(&self) -> Vec<(String, OsString)> {
        variables([
            ("ARGOSY_API_URL", format!("https://localhost:{}", self.options.api_port).as_ref()),
            ("ARGOSY_API_CA", self.certificates.ca_file.as_os_str()),
        ])
    }

    fn service(
        &self,
        name: &'static str,
        arguments: Vec<OsString>,
        mut environment: Vec<(String, OsString)>,
    ) -> anyhow::Result<Part> {
        let admin_port = free_port()?;
        environment.extend(variables([
            ("ARGOSY_ADMIN_LISTEN", format!("127.0.0.1:{admin_port}").as_ref()),
            ("ARGOSY_LOG_FORMAT", "text".as_ref()),
            ("NO_COLOR", "1".as_ref()),
        ]));
        Ok(Part::Service(Service {
            name,
            program: program(&format!("argosy-{name}"))?,
            arguments,
            environment,
            admin_port,
            log: self.folder.log(name),
            process: None,
        }))
    }
}

fn variables<'v>(pairs: impl IntoIterator<Item = (&'v str, &'v std::ffi::OsStr)>) -> Vec<(String, OsString)> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// One of our programs, which stand beside this one.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find this program")?;
    let path = own.with_file_name(name);
    if !path.is_file() {
        bail!("{} is missing: build it by `make build`", path.display());
    }
    Ok(path)
}
