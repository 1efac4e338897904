//! The side connection's part of the MQTT library: what may be lost, apart from what may not.
//!
//! It is a client of its own, without a session, so that nothing on it can hold up an acknowledgement.

use argosy_mqtt::Poller;
use bytes::Bytes;
use rumqttc::{AsyncClient, Event, Incoming, PublishOptions, QoS, SubscribeFilter};

use super::{LinkError, options};
use crate::config::MqttConfig;

/// Receipts on their way to the broker at the most.
const QUEUE: usize = 1024;

/// What happens on the side connection.
#[derive(Debug)]
pub(crate) enum SideEvent {
    /// It stands.
    Connected,
    /// The broker tells something.
    Told {
        /// Where.
        topic: Bytes,
        /// What.
        value: Bytes,
    },
    /// Something went out, so there may be room for more.
    Sent,
}

/// A side connection, from its making to its end.
pub(crate) struct SideLink {
    client: AsyncClient,
    events: Poller,
}

/// A side connection, which is not made before it is polled.
pub(crate) fn open_side(config: &MqttConfig) -> anyhow::Result<SideLink> {
    let (client, events) = AsyncClient::builder(options::side_options(config, QUEUE)?).try_build()?;
    Ok(SideLink { client, events: Poller::new(events) })
}

impl SideLink {
    /// The next event; connects first. After an error the connection is of no more use. It may be dropped and called again.
    pub(crate) async fn next(&mut self) -> Result<SideEvent, LinkError> {
        loop {
            match self.events.next().await.map_err(LinkError::from_any)? {
                Event::Incoming(Incoming::ConnAck(_)) => return Ok(SideEvent::Connected),
                Event::Incoming(Incoming::Publish(publish)) => {
                    return Ok(SideEvent::Told { topic: publish.topic, value: publish.payload });
                }
                Event::Outgoing(_) => return Ok(SideEvent::Sent),
                _ => {}
            }
        }
    }

    /// Asks for what the broker tells under this filter; one that refuses tells nothing.
    pub(crate) fn subscribe(&self, filter: &str) -> Result<(), LinkError> {
        let filter = SubscribeFilter::new(filter.to_owned(), QoS::AtMostOnce);
        self.client.try_subscribe_many([filter]).map_err(LinkError::from_any)
    }

    /// Publishes at `QoS` 0, unless there is no room now.
    pub(crate) fn publish(&self, topic: String, payload: Vec<u8>) -> bool {
        self.client.try_publish(topic, payload, PublishOptions::new(QoS::AtMostOnce)).is_ok()
    }

    /// Says goodbye after all that is queued; the link ends with an error once it is said.
    pub(crate) fn disconnect(&self) -> Result<(), LinkError> {
        self.client.try_disconnect().map_err(LinkError::from_any)
    }
}
