//! The command line.

use std::{path::PathBuf, time::Duration};

use argosy_client::Client;
use argosy_mqtt::BrokerAddress;
use argosy_runtime::config::{AdminConfig, ConfigError, secret_from};
use argosy_wire::FleetName;
use secrecy::SecretString;
use url::Url;

use crate::disorder::Disorder;

/// How to reach the API.
#[derive(Debug, Clone, clap::Args)]
pub struct ApiOptions {
    /// Address of the API, such as https://localhost:8444; not needed with --insecure
    #[arg(long, env = "ARGOSY_API_URL")]
    pub api_url: Option<Url>,
    /// PEM file of the authorities that may have signed the API's certificate; the system's where it is not set
    #[arg(long, env = "ARGOSY_API_CA")]
    pub api_ca: Option<PathBuf>,
    /// Token with the scopes `read` and `write`
    #[arg(long, env = "ARGOSY_API_TOKEN", hide_env_values = true)]
    pub api_token: Option<SecretString>,
    /// File of the token
    #[arg(long = "token-file", env = "ARGOSY_API_TOKEN_FILE")]
    pub api_token_file: Option<PathBuf>,
    /// Fleet of the devices
    #[arg(long, env = "ARGOSY_FLEET", default_value = "demo")]
    pub fleet: FleetName,
}

impl ApiOptions {
    /// A client of the fleet.
    pub fn client(&self) -> anyhow::Result<Client> {
        let missing = || ConfigError::Invalid { name: "ARGOSY_API_URL", problem: "it is not set".into() };
        let url = self.api_url.clone().ok_or_else(missing)?;
        let token = secret_from(self.api_token.clone(), self.api_token_file.clone(), "ARGOSY_API_TOKEN")?;
        let client = Client::builder(url).ca_file(self.api_ca.clone()).bearer(token).build()?;
        Ok(client.with_fleet(Some(self.fleet.clone())))
    }
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// Drives a route.
    Vehicle,
    /// Keeps a room cold.
    ColdStore,
    /// Counts energy.
    Meter,
}

/// What `argosy-simulator run` needs.
#[derive(Debug, Clone, clap::Args)]
pub struct RunOptions {
    /// Where health and metrics are served.
    #[command(flatten)]
    pub admin: AdminConfig,
    /// The API; not needed with --insecure.
    #[command(flatten)]
    pub api: ApiOptions,
    /// Address of the broker: mqtts://host:8883, or mqtt://host:1883 with --insecure
    #[arg(long, env = "ARGOSY_MQTT_URL")]
    pub mqtt_url: Url,
    /// PEM file of the authorities that may have signed the broker's certificate; the system's where it is not set
    #[arg(long, env = "ARGOSY_MQTT_CA")]
    pub mqtt_ca: Option<PathBuf>,
    /// Connect without TLS, and do not register devices
    #[arg(long)]
    pub insecure: bool,
    /// Folder that keeps the devices' certificates
    #[arg(long, env = "ARGOSY_SIMULATOR_STATE", default_value = "simulator-state")]
    pub state: PathBuf,
    /// Devices
    #[arg(long, env = "ARGOSY_SIMULATOR_DEVICES", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub devices: u32,
    /// Messages a second and device
    #[arg(long, env = "ARGOSY_SIMULATOR_RATE", default_value_t = 1.0, value_parser = parse_rate)]
    pub rate: f64,
    /// What the devices are
    #[arg(long, env = "ARGOSY_SIMULATOR_PROFILE", value_enum, default_value_t = Profile::Vehicle)]
    pub profile: Profile,
    /// The same seed gives the same fleet
    #[arg(long, env = "ARGOSY_SIMULATOR_SEED", default_value_t = 42)]
    pub seed: u64,
    /// How long; until it is stopped without it
    #[arg(long, value_parser = humantime::parse_duration)]
    pub duration: Option<Duration>,
    /// How long devices have at the end to bring home what they made
    #[arg(long, value_parser = humantime::parse_duration, default_value = "20s")]
    pub grace: Duration,
    /// File to append to what was acknowledged
    #[arg(long, env = "ARGOSY_SIMULATOR_LEDGER")]
    pub ledger: Option<PathBuf>,
    /// Keep each message until the API says that it is stored, and repeat what it says nothing of; the ledger then has what is stored
    #[arg(long, env = "ARGOSY_SIMULATOR_UNTIL_RECEIPT")]
    pub until_receipt: bool,
    /// How long to wait for the receipt of a message that was acknowledged
    #[arg(long, value_parser = humantime::parse_duration, default_value = "30s", requires = "until_receipt")]
    pub receipt_patience: Duration,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// What goes wrong.
    #[command(flatten)]
    pub disorder: Disorder,
}

/// What `argosy-simulator verify` needs.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifyOptions {
    /// The API.
    #[command(flatten)]
    pub api: ApiOptions,
    /// The ledger
    #[arg(long)]
    pub ledger: PathBuf,
    /// How long to wait for messages that are on their way
    #[arg(long, value_parser = humantime::parse_duration, default_value = "30s")]
    pub settle: Duration,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

impl RunOptions {
    /// The broker's address, which must fit --insecure.
    pub(crate) fn broker(&self) -> Result<BrokerAddress, ConfigError> {
        let address = BrokerAddress::parse(&self.mqtt_url)?;
        if address.is_tls != self.insecure {
            return Ok(address);
        }
        let problem = format!(
            "with{} --insecure it starts with {}://",
            if self.insecure { "" } else { "out" },
            if self.insecure { "mqtt" } else { "mqtts" }
        );
        Err(ConfigError::Invalid { name: "ARGOSY_MQTT_URL", problem })
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= 10_000.0 => Ok(rate),
        _ => Err("a rate is above 0 and at most 10000".into()),
    }
}
