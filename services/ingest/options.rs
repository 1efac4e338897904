//! The options of a connection.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use argosy_mqtt::BrokerAddress;
use argosy_runtime::tls::{client_config, client_config_with_identity};
use rumqttc::{AckMode, MqttOptions};
use secrecy::ExposeSecret as _;

use super::session::FreshSession;
use crate::config::MqttConfig;

/// The largest packet: far above the 64 KiB that are stored, so that an oversize message arrives, and becomes a dead letter.
const MAX_PACKET_BYTES: u32 = 2 * 1024 * 1024;
/// How long the broker keeps the session while we are away.
const SESSION_EXPIRY: Duration = Duration::from_secs(7 * 24 * 3600);
/// After so long a silence the broker is asked whether it is there.
const KEEP_ALIVE_SECONDS: u16 = 15;
/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The options of the connection `index`.
pub(crate) fn options(config: &MqttConfig, index: u16) -> anyhow::Result<MqttOptions> {
    let address = BrokerAddress::parse(&config.mqtt_url)?;
    let tls = match (address.is_tls, config.identity()) {
        (false, _) => None,
        (true, Some(identity)) => Some(client_config_with_identity(config.mqtt_ca.as_deref(), &identity)),
        (true, None) => Some(client_config(config.mqtt_ca.as_deref())),
    };
    let tls = tls.transpose().context("the broker cannot be reached by TLS")?;
    let mut options = address.options(&format!("{}-{index}", config.client_id), tls.map(Arc::new));
    match (&config.mqtt_username, config.password()?) {
        (Some(username), Some(password)) => {
            options.set_credentials(username, password.expose_secret().to_owned());
        }
        (Some(username), None) => {
            options.set_username(username);
        }
        (None, _) => {}
    }
    let capacity = usize::from(config.receive_maximum) + 64;
    options
        .set_clean_start(false)
        .set_session_expiry_interval(Some(u32::try_from(SESSION_EXPIRY.as_secs())?))
        .set_session_store(FreshSession)
        .set_receive_maximum(Some(config.receive_maximum))
        .set_max_packet_size(Some(MAX_PACKET_BYTES))
        .set_keep_alive(KEEP_ALIVE_SECONDS)
        .set_connect_timeout(CONNECT_TIMEOUT)
        .set_ack_mode(AckMode::Manual)
        .set_request_channel_capacity(capacity)
        .set_max_request_batch(256);
    Ok(options)
}
