//! Configuration of the ingest service.

use std::{path::PathBuf, time::Duration};

use argosy_runtime::{
    config::{AdminConfig, ApiClientConfig, ConfigError, secret_from},
    tls::TlsFiles,
};
use secrecy::SecretString;
use url::Url;

/// What `argosy-ingest` needs.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Where health and metrics are served.
    #[command(flatten)]
    pub admin: AdminConfig,
    /// The API.
    #[command(flatten)]
    pub api: ApiClientConfig,
    /// Token with the scope `ingest`
    #[arg(long, env = "ARGOSY_API_TOKEN", hide_env_values = true)]
    pub api_token: Option<SecretString>,
    /// File of the token
    #[arg(long, env = "ARGOSY_API_TOKEN_FILE")]
    pub api_token_file: Option<PathBuf>,
    /// Seconds that the API may take for a batch before it is sent again
    #[arg(long, env = "ARGOSY_API_TIMEOUT_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub api_timeout_seconds: u64,
    /// The broker.
    #[command(flatten)]
    pub mqtt: MqttConfig,
    /// Batches.
    #[command(flatten)]
    pub batch: BatchConfig,
    /// Receipts.
    #[command(flatten)]
    pub receipts: ReceiptConfig,
    /// What the broker can keep.
    #[command(flatten)]
    pub budget: BudgetConfig,
    /// Seconds that messages received have to be stored and acknowledged when the service stops
    #[arg(long, env = "ARGOSY_DRAIN_SECONDS", default_value_t = 20)]
    pub drain_seconds: u64,
}

impl Config {
    /// The token.
    pub fn token(&self) -> Result<SecretString, ConfigError> {
        secret_from(self.api_token.clone(), self.api_token_file.clone(), "ARGOSY_API_TOKEN")
    }

    /// How long the drain may take.
    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

/// How to reach the broker.
#[derive(Debug, Clone, clap::Args)]
pub struct MqttConfig {
    /// Address of the broker: mqtts://host:8883, or mqtt://host:1883 without TLS
    #[arg(long, env = "ARGOSY_MQTT_URL")]
    pub mqtt_url: Url,
    /// PEM file of the authorities that may have signed the broker's certificate; the system's where it is not set
    #[arg(long, env = "ARGOSY_MQTT_CA")]
    pub mqtt_ca: Option<PathBuf>,
    /// PEM file of the certificate to show the broker
    #[arg(long, env = "ARGOSY_MQTT_CERTIFICATE", requires = "mqtt_key")]
    pub mqtt_certificate: Option<PathBuf>,
    /// PEM file of its private key
    #[arg(long, env = "ARGOSY_MQTT_KEY", requires = "mqtt_certificate")]
    pub mqtt_key: Option<PathBuf>,
    /// User name at the broker, where certificates do not give one
    #[arg(long, env = "ARGOSY_MQTT_USERNAME")]
    pub mqtt_username: Option<String>,
    /// Password at the broker
    #[arg(long, env = "ARGOSY_MQTT_PASSWORD", hide_env_values = true)]
    pub mqtt_password: Option<SecretString>,
    /// File of the password
    #[arg(long, env = "ARGOSY_MQTT_PASSWORD_FILE")]
    pub mqtt_password_file: Option<PathBuf>,
    /// Name of the session at the broker; it must stay the same over restarts, and differ between replicas
    #[arg(long, env = "ARGOSY_INGEST_CLIENT_ID", default_value_t = default_client_id())]
    pub client_id: String,
    /// Connections to the broker
    #[arg(long, env = "ARGOSY_INGEST_CONNECTIONS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub connections: u16,
    /// Unacknowledged messages of a connection at the most
    #[arg(long, env = "ARGOSY_INGEST_RECEIVE_MAXIMUM", default_value_t = 8192, value_parser = clap::value_parser!(u16).range(1..))]
    pub receive_maximum: u16,
    /// Seconds of silence after which the broker is asked whether it is still there
    #[arg(long, env = "ARGOSY_MQTT_KEEP_ALIVE_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub mqtt_keep_alive_seconds: u16,
    /// Unsubscribe when the service stops: for a replica that will not come back, while others stay
    #[arg(long, env = "ARGOSY_INGEST_LEAVE_ON_STOP")]
    pub leave_on_stop: bool,
    /// Replicas that come back when they have stopped; those whose client id ends in this number or a larger one, as in ingest-5, unsubscribe when they stop
    #[arg(long, env = "ARGOSY_INGEST_REPLICAS_THAT_STAY")]
    pub replicas_that_stay: Option<u32>,
}

impl MqttConfig {
    /// The client's certificate, where it has one.
    pub fn identity(&self) -> Option<TlsFiles> {
        let (certificate, key) = self.mqtt_certificate.clone().zip(self.mqtt_key.clone())?;
        Some(TlsFiles { certificate, key })
    }

    /// Whether this replica unsubscribes when it stops. One that is scaled away must: the broker would keep its share of the messages
    /// for it. One that only restarts must not: what it leaves goes to the others, out of order.
    pub(crate) fn leaves(&self) -> bool {
        let number = self.client_id.rsplit('-').next().and_then(|number| number.parse::<u32>().ok());
        self.leave_on_stop
            || self.replicas_that_stay.zip(number).is_some_and(|(staying, number)| number >= staying)
    }

    /// The password, where there is one.
    pub fn password(&self) -> Result<Option<SecretString>, ConfigError> {
        if self.mqtt_password.is_none() && self.mqtt_password_file.is_none() {
            return Ok(None);
        }
        secret_from(self.mqtt_password.clone(), self.mqtt_password_file.clone(), "ARGOSY_MQTT_PASSWORD")
            .map(Some)
    }
}

/// A batch gathers no longer than this, however long the one before took, unless it is told to.
const LONGEST_LINGER: Duration = Duration::from_millis(25);

/// How batches are made.
#[derive(Debug, Clone, clap::Args)]
pub struct BatchConfig {
    /// Messages in a batch at the most
    #[arg(long, env = "ARGOSY_INGEST_BATCH_MESSAGES", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub batch_messages: u32,
    /// Bytes in a batch at the most, unless a single message is larger
    #[arg(long, env = "ARGOSY_INGEST_BATCH_BYTES", default_value_t = 4 * 1024 * 1024, value_parser = clap::value_parser!(u32).range(1..=16_777_216))]
    pub batch_bytes: u32,
    /// Milliseconds that a batch waits for more messages at the least; while commits take longer it waits for half as long as the one before, up to 25
    #[arg(long, env = "ARGOSY_INGEST_BATCH_LINGER_MS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=1000))]
    pub batch_linger_ms: u64,
    /// Batches that wait for their commit at once, each of other devices
    #[arg(long, env = "ARGOSY_INGEST_BATCHES_IN_FLIGHT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub batches_in_flight: u32,
    /// Bytes of messages held at once; at that many it stops reading
    #[arg(long, env = "ARGOSY_INGEST_HELD_BYTES", default_value_t = 256 * 1024 * 1024, value_parser = clap::value_parser!(u64).range(4_194_304..=68_719_476_736))]
    pub held_bytes: u64,
}

impl BatchConfig {
    /// How long a batch gathers after one that took so long: commits that take longer are worth larger batches.
    pub(crate) fn linger(&self, took: Duration) -> Duration {
        let least = Duration::from_millis(self.batch_linger_ms);
        (took / 2).clamp(least, LONGEST_LINGER.max(least))
    }
}

/// How devices hear of what is committed.
#[derive(Debug, Clone, clap::Args)]
pub struct ReceiptConfig {
    /// Milliseconds between two receipts for a device at the least; no receipts where it is 0
    #[arg(long, env = "ARGOSY_INGEST_RECEIPT_INTERVAL_MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(0..=3_600_000))]
    pub receipt_interval_ms: u64,
}

impl ReceiptConfig {
    /// The time between two receipts for a device; nothing where there are none.
    pub(crate) fn interval(&self) -> Option<Duration> {
        (self.receipt_interval_ms > 0).then(|| Duration::from_millis(self.receipt_interval_ms))
    }
}

/// What the broker keeps for a session that is away: its own limits, told to ingest so that it can say for how long they last.
#[derive(Debug, Clone, clap::Args)]
pub struct BudgetConfig {
    /// Messages that the broker keeps for a session (Mosquitto: max_queued_messages)
    #[arg(long, env = "ARGOSY_INGEST_BROKER_QUEUE_MESSAGES", default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub broker_queue_messages: u64,
    /// Bytes that the broker keeps for a session (Mosquitto: max_queued_bytes)
    #[arg(long, env = "ARGOSY_INGEST_BROKER_QUEUE_BYTES", default_value_t = 2 * 1024 * 1024 * 1024, value_parser = clap::value_parser!(u64).range(1..))]
    pub broker_queue_bytes: u64,
}

fn default_client_id() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = std::env::var("HOSTNAME").unwrap_or(host);
    format!("ingest-{}", if host.trim().is_empty() { "0" } else { host.trim() })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Options {
        #[command(flatten)]
        batch: BatchConfig,
    }

    #[derive(Debug, clap::Parser)]
    struct Mqtt {
        #[command(flatten)]
        mqtt: MqttConfig,
    }

    #[test]
    fn a_replica_that_is_scaled_away_leaves() {
        let leaves = |options: &[&str]| {
            let given = ["ingest", "--mqtt-url=mqtts://broker:8883"];
            Mqtt::parse_from(given.iter().chain(options)).mqtt.leaves()
        };
        assert!(!leaves(&["--client-id=ingest-7"]));
        assert!(leaves(&["--client-id=ingest-7", "--leave-on-stop"]));
        let stays = |client_id| !leaves(&["--replicas-that-stay=2", client_id]);
        assert_eq!(
            ["--client-id=ingest-1", "--client-id=ingest-2", "--client-id=ingest-12", "--client-id=ingest"]
                .map(stays),
            [true, false, false, true]
        );
    }

    #[test]
    fn a_batch_waits_longer_after_one_that_took_longer() {
        let waits = |options: &[&str], took| {
            let options = Options::parse_from(["ingest"].iter().chain(options));
            options.batch.linger(Duration::from_millis(took)).as_millis()
        };
        assert_eq!([0, 4, 30, 60_000].map(|took| waits(&[], took)), [5, 5, 15, 25]);
        assert_eq!([0, 30, 60_000].map(|took| waits(&["--batch-linger-ms=100"], took)), [100, 100, 100]);
    }
}
