//! The side connection: what may be lost, apart from what may not.
//!
//! It is a client of its own, without a session, so that nothing on it can hold up an acknowledgement.

use argosy_mqtt::Link as Packets;
use bytes::Bytes;
use rumqttc::{Packet, Publish, QoS, Subscribe, SubscribeFilter};

use super::{LinkError, dial};
use crate::config::MqttConfig;

/// Bytes on their way to the broker from which on it takes no more.
const MOST_UNSENT: usize = 256 * 1024;

/// A side connection that stands. What is sent goes out while [`SideLink::told`] is awaited.
pub(crate) struct SideLink {
    packets: Packets,
}

impl SideLink {
    /// Connects.
    pub(crate) async fn open(config: &MqttConfig) -> Result<Self, LinkError> {
        let packets = Packets::open(dial::side(config).map_err(LinkError::Options)?).await?;
        Ok(Self { packets })
    }

    /// The next thing that the broker tells: where, and what. It may be dropped and called again; after an error the connection
    /// is of no more use.
    pub(crate) async fn told(&mut self) -> Result<(Bytes, Bytes), LinkError> {
        loop {
            if let Packet::Publish(publish) = self.packets.next().await? {
                return Ok((publish.topic, publish.payload));
            }
        }
    }

    /// Asks for what the broker tells under this filter; one that refuses tells nothing.
    pub(crate) fn subscribe(&mut self, filter: &str) -> Result<(), LinkError> {
        let mut subscribe = Subscribe::new(SubscribeFilter::new(filter, QoS::AtMostOnce), None);
        subscribe.pkid = 1;
        Ok(self.packets.push(&Packet::Subscribe(subscribe))?)
    }

    /// Publishes at `QoS` 0, unless there is no room now.
    pub(crate) fn publish(&mut self, topic: String, payload: Vec<u8>) -> bool {
        self.packets.unsent() < MOST_UNSENT
            && self
                .packets
                .push(&Packet::Publish(Publish::new(topic, QoS::AtMostOnce, payload, None)))
                .is_ok()
    }

    /// Says goodbye after all that is queued.
    pub(crate) async fn close(self) -> Result<(), LinkError> {
        Ok(self.packets.close().await?)
    }
}
