//! The options of a connection.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use argosy_mqtt::BrokerAddress;
use argosy_runtime::{
    config::ConfigError,
    tls::{client_config, client_config_with_identity},
};
use rumqttc::{AckMode, MqttOptions, NetworkOptions};
use secrecy::ExposeSecret as _;

use super::session::FreshSession;
use crate::config::MqttConfig;

/// The largest packet: far above the 64 KiB that are stored, so that an oversize message arrives, and becomes a dead letter.
const MAX_PACKET_BYTES: u32 = 2 * 1024 * 1024;
/// How long the broker keeps the session while we are away.
pub(crate) const SESSION_EXPIRY_SECONDS: u32 = 7 * 24 * 3600;
/// How long connecting may take, TLS included.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The options of the connection `index`.
pub(super) fn options(config: &MqttConfig, index: u16) -> anyhow::Result<MqttOptions> {
    // At most one acknowledgement a message that is not acknowledged yet, and a few requests of our own.
    let capacity = usize::from(config.receive_maximum) + 64;
    let mut options = client_options(config, &index.to_string(), capacity)?;
    options
        .set_clean_start(false)
        .set_session_expiry_interval(Some(SESSION_EXPIRY_SECONDS))
        .set_session_store(FreshSession)
        .set_receive_maximum(Some(config.receive_maximum))
        .set_max_packet_size(Some(MAX_PACKET_BYTES))
        .set_ack_mode(AckMode::Manual);
    Ok(options)
}

/// The options of the side connection, which the broker forgets when it ends.
pub(super) fn side_options(config: &MqttConfig, capacity: usize) -> anyhow::Result<MqttOptions> {
    let mut options = client_options(config, "side", capacity)?;
    options.set_clean_start(true);
    Ok(options)
}

/// What all connections have in common.
fn client_options(config: &MqttConfig, name: &str, capacity: usize) -> anyhow::Result<MqttOptions> {
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
    let mut options = address.options(&format!("{}-{name}", config.client_id), tls.map(Arc::new));
    match (&config.mqtt_username, config.password()?) {
        (Some(username), Some(password)) => {
            options.set_credentials(username, password.expose_secret().to_owned());
        }
        (Some(username), None) => {
            options.set_username(username);
        }
        (None, _) => {}
    }
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options
        .set_keep_alive(config.mqtt_keep_alive_seconds)
        .set_connect_timeout(CONNECT_TIMEOUT)
        .set_network_options(network)
        .set_request_channel_capacity(capacity)
        .set_max_request_batch(256);
    Ok(options)
}
