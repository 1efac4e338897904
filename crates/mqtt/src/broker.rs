//! The broker's address.

use std::sync::Arc;

use argosy_runtime::config::ConfigError;
use rumqttc::{MqttOptions, TlsConfiguration, Transport};
use rustls::ClientConfig;
use url::Url;

/// Where a broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerAddress {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whether it is reached by TLS.
    pub is_tls: bool,
}

impl BrokerAddress {
    /// Reads `mqtts://host:8883` or `mqtt://host:1883`; the ports are the defaults.
    pub fn parse(url: &Url) -> Result<Self, ConfigError> {
        let invalid =
            |problem: &str| ConfigError::Invalid { name: "ARGOSY_MQTT_URL", problem: problem.to_owned() };
        let (is_tls, default_port) = match url.scheme() {
            "mqtts" => (true, 8883),
            "mqtt" => (false, 1883),
            _ => return Err(invalid("it starts with mqtts:// or mqtt://")),
        };
        let host =
            url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| invalid("it names no host"))?;
        Ok(Self { host: host.to_owned(), port: url.port().unwrap_or(default_port), is_tls })
    }

    /// The options of a client of this broker.
    pub fn options(&self, client_id: &str, tls: Option<Arc<ClientConfig>>) -> MqttOptions {
        let mut options = MqttOptions::new(client_id, (self.host.clone(), self.port));
        if let Some(tls) = tls {
            options.set_transport(Transport::Tls(TlsConfiguration::Rustls(tls)));
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_and_a_host() {
        let parse = |text: &str| BrokerAddress::parse(&text.parse().unwrap());
        let address = parse("mqtts://broker").unwrap();
        assert_eq!((address.host.as_str(), address.port, address.is_tls), ("broker", 8883, true));
        assert_eq!(parse("mqtt://localhost:1884").unwrap().port, 1884);
        assert!(parse("https://broker").is_err());
        assert!(parse("mqtt:broker").is_err());
    }
}
