//! A device that publishes one message.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use argosy_mqtt::{BrokerAddress, Poller};
use argosy_runtime::tls::client_config_with_pem;
use argosy_wire::{DeviceName, FleetName, api::credential::IssuedCredential, topic::telemetry_topic};
use rumqttc::{AsyncClient, Event, Incoming, PublishOptions, QoS};
use serde_json::Value;
use url::Url;

/// Where it publishes.
pub(super) struct Broker<'b> {
    /// The broker's address.
    pub(super) url: &'b Url,
    /// Whom to trust.
    pub(super) ca: Option<&'b Path>,
    /// The device's fleet.
    pub(super) fleet: &'b FleetName,
}

impl Broker<'_> {
    /// Publishes, and returns once the message is acknowledged.
    pub(super) async fn publish(
        &self,
        device: &DeviceName,
        issued: &IssuedCredential,
        payload: &Value,
    ) -> anyhow::Result<()> {
        let key = issued.private_key_pem.as_deref().context("the API issues no private key")?;
        let tls = Arc::new(client_config_with_pem(self.ca, &issued.certificate_pem, key)?);
        let mut options =
            BrokerAddress::parse(self.url)?.options(&format!("{}/{device}", self.fleet), Some(tls));
        options.set_clean_start(true);
        let (client, events) = AsyncClient::builder(options).build();
        let mut events = Poller::new(events);
        let topic = telemetry_topic(self.fleet, device);
        let publish = PublishOptions::new(QoS::AtLeastOnce);
        let notice = client.try_publish_tracked(topic, payload.to_string(), publish)?;
        let polling = async {
            loop {
                match events.next().await {
                    Ok(Event::Incoming(Incoming::Disconnect(_))) => bail!("the broker disconnects"),
                    Ok(_) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        };
        tokio::select! {
            acknowledged = notice.wait_async() => {
                acknowledged.context("the message is not acknowledged")?;
                Ok(())
            }
            ended = polling => ended,
        }
    }
}
