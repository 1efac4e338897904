//! How a connection is made.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use argosy_mqtt::{BrokerAddress, Dial};
use argosy_runtime::{
    config::ConfigError,
    tls::{client_config, client_config_with_identity},
};
use rumqttc::{Connect, ConnectAuth, ConnectProperties};
use secrecy::ExposeSecret as _;

use crate::config::MqttConfig;

/// The largest packet: far above the 64 KiB that are stored, so that an oversize message arrives, and becomes a dead letter.
const MAX_PACKET_BYTES: u32 = 2 * 1024 * 1024;
/// How long the broker keeps the session while we are away.
pub(crate) const SESSION_EXPIRY_SECONDS: u32 = 7 * 24 * 3600;
/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether a connection could be made, as far as that can be known without the broker.
pub(crate) fn check(config: &MqttConfig) -> anyhow::Result<()> {
    shared(config, 0).map(drop)
}

/// How to make the connection `index`, whose session the broker keeps.
pub(super) fn shared(config: &MqttConfig, index: u16) -> anyhow::Result<Dial> {
    let properties = ConnectProperties {
        session_expiry_interval: Some(SESSION_EXPIRY_SECONDS),
        receive_maximum: Some(config.receive_maximum),
        max_packet_size: Some(MAX_PACKET_BYTES),
        ..ConnectProperties::new()
    };
    dial(config, &index.to_string(), false, Some(properties))
}

/// How to make the side connection, which the broker forgets when it ends.
pub(super) fn side(config: &MqttConfig) -> anyhow::Result<Dial> {
    dial(config, "side", true, None)
}

fn dial(
    config: &MqttConfig,
    name: &str,
    clean_start: bool,
    properties: Option<ConnectProperties>,
) -> anyhow::Result<Dial> {
    let address = BrokerAddress::parse(&config.mqtt_url)?;
    if config.mqtt_url.password().is_some() || !config.mqtt_url.username().is_empty() {
        let problem = "it names a user: use ARGOSY_MQTT_USERNAME and ARGOSY_MQTT_PASSWORD".into();
        return Err(ConfigError::Invalid { name: "ARGOSY_MQTT_URL", problem }.into());
    }
    let tls = match (address.is_tls, config.identity()) {
        (false, _) => None,
        (true, Some(identity)) => Some(client_config_with_identity(config.mqtt_ca.as_deref(), &identity)),
        (true, None) => Some(client_config(config.mqtt_ca.as_deref())),
    };
    let tls = tls.transpose().context("the broker cannot be reached by TLS")?;
    let auth = match (config.mqtt_username.clone(), config.password()?) {
        (Some(username), Some(password)) => {
            ConnectAuth::UsernamePassword { username, password: password.expose_secret().to_owned().into() }
        }
        (Some(username), None) => ConnectAuth::Username { username },
        (None, _) => ConnectAuth::None,
    };
    let connect = Connect {
        keep_alive: config.mqtt_keep_alive_seconds,
        client_id: format!("{}-{name}", config.client_id),
        clean_start,
        properties,
    };
    Ok(Dial { address, tls: tls.map(Arc::new), connect, auth, will: None, timeout: CONNECT_TIMEOUT })
}
