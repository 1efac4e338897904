//! A device: publishes, and waits until the broker has acknowledged.

use std::time::Duration;

use argosy_testkit::{Issued, PrivateBroker};
use rumqttc::{AsyncClient, MqttOptions, PublishOptions, Transport};
use tokio_util::task::AbortOnDropHandle;

/// A connected device.
pub(crate) struct Device {
    pub(crate) name: String,
    client: AsyncClient,
    _events: AbortOnDropHandle<()>,
}

impl Device {
    pub(crate) fn options(name: &str, broker: &PrivateBroker) -> MqttOptions {
        MqttOptions::new(format!("device-{name}"), ("127.0.0.1".to_owned(), broker.port))
    }

    pub(crate) fn tls_options(name: &str, broker: &PrivateBroker, certificate: &Issued) -> MqttOptions {
        let mut options =
            MqttOptions::new(format!("device-{name}"), ("localhost".to_owned(), broker.tls_port));
        let identity = (certificate.certificate.clone().into_bytes(), certificate.key.clone().into_bytes());
        options.set_transport(Transport::tls(
            broker.ca.certificate.clone().into_bytes(),
            Some(identity),
            None,
        ));
        options
    }

    pub(crate) fn connect(name: &str, mut options: MqttOptions) -> Self {
        options.set_keep_alive(30).set_request_channel_capacity(1000).set_max_request_batch(100);
        options.set_max_packet_size(Some(2_000_000));
        let (client, mut events) = AsyncClient::builder(options).build();
        let events = tokio::spawn(async move {
            loop {
                if events.poll().await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
        Self { name: name.to_owned(), client, _events: AbortOnDropHandle::new(events) }
    }

    /// Publishes `{"n": ...}` for each number, and waits for the broker's acknowledgements.
    pub(crate) async fn send(&self, numbers: std::ops::Range<usize>) {
        let payloads = numbers.map(|number| format!("{{\"n\": {number}}}").into_bytes());
        self.publish("telemetry", payloads, PublishOptions::at_least_once()).await;
    }

    pub(crate) async fn publish(
        &self,
        kind: &str,
        payloads: impl IntoIterator<Item = Vec<u8>>,
        options: PublishOptions,
    ) {
        let topic = format!("v1/demo/{}/{kind}", self.name);
        let mut notices = Vec::new();
        for payload in payloads {
            notices.push(self.client.publish_tracked(topic.clone(), payload, options.clone()).await.unwrap());
        }
        for notice in notices {
            tokio::time::timeout(crate::PATIENCE, notice.wait_async()).await.unwrap().unwrap();
        }
    }
}
