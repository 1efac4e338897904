//! MQTT, hidden: the rest of the service knows messages, acknowledgements and what becomes of a connection.

mod dial;
mod side;

use argosy_mqtt::{Link as Packets, LinkError as Broken};
use argosy_wire::topic::{TopicKind, shared_filter, wildcard_filter};
use bytes::Bytes;
use rumqttc::{
    Packet, PubAck, Publish, QoS, RetainForwardRule, Subscribe, SubscribeFilter, SubscribeReasonCode,
    Unsubscribe,
};

use crate::config::MqttConfig;
pub(crate) use dial::{SESSION_EXPIRY_SECONDS, check};
pub(crate) use side::SideLink;

/// The packet id of a subscription: messages go the other way, and nothing else is asked of the broker meanwhile.
const SUBSCRIPTION: u16 = 1;

/// Why a connection is of no more use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// There is no way to connect.
    #[error("{0:#}")]
    Options(anyhow::Error),
    /// The broker does not let us read.
    #[error("the broker refused the subscription: {0:?}")]
    NotSubscribed(SubscribeReasonCode),
}

/// What happens on a connection.
#[derive(Debug)]
pub(crate) enum LinkEvent {
    /// The broker took the subscriptions.
    Subscribed,
    /// The broker gives new messages to others; what it has for this session still comes.
    Unsubscribed,
    /// A message came.
    Message(Message),
}

/// A message as it came.
#[derive(Debug)]
pub(crate) struct Message {
    /// The topic, which need not be valid.
    pub(crate) topic: Bytes,
    /// The payload.
    pub(crate) payload: Bytes,
    /// Whether the broker had sent it before.
    pub(crate) is_redelivered: bool,
    /// What the broker waits for; nothing for `QoS` 0.
    pub(crate) acknowledgement: Option<Acknowledgement>,
}

/// Tells the broker that a message is ours now. It means nothing beyond the connection that the message came on.
#[derive(Debug)]
pub(crate) struct Acknowledgement(u16);

/// A connection that stands. What is sent goes out while the next event is awaited.
pub(crate) struct Link {
    packets: Packets,
    filters: Vec<SubscribeFilter>,
}

/// Makes the connection `index`. Certificates are read as they are now.
pub(crate) async fn open(config: &MqttConfig, index: u16) -> Result<Link, LinkError> {
    let packets = Packets::open(dial::shared(config, index).map_err(LinkError::Options)?).await?;
    Ok(Link { packets, filters: filters(index) })
}

/// All connections share telemetry. Shared subscriptions get no retained messages (MQTT 5, 4.8.2), so the first one reads the
/// statuses for itself; those that are retained come once, when the session is new or was drained.
fn filters(index: u16) -> Vec<SubscribeFilter> {
    let mut filters = vec![SubscribeFilter::new(shared_filter(TopicKind::Telemetry), QoS::AtLeastOnce)];
    if index == 0 {
        let mut status = SubscribeFilter::new(wildcard_filter(TopicKind::Status), QoS::AtLeastOnce);
        status.retain_forward_rule = RetainForwardRule::OnNewSubscribe;
        filters.push(status);
    }
    filters
}

impl Link {
    /// The next event. It may be dropped and called again; after an error the connection is of no more use.
    pub(crate) async fn next(&mut self) -> Result<LinkEvent, LinkError> {
        loop {
            if let Some(event) = event_of(self.packets.next().await?)? {
                return Ok(event);
            }
        }
    }

    /// An event that has happened already.
    pub(crate) fn happened(&mut self) -> Result<Option<LinkEvent>, LinkError> {
        while let Some(packet) = self.packets.arrived()? {
            if let Some(event) = event_of(packet)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// Subscribes to everything that this connection reads; what is subscribed already stays as it is.
    pub(crate) fn subscribe(&mut self) -> Result<(), LinkError> {
        let mut subscribe = Subscribe::new_many(self.filters.iter().cloned(), None);
        subscribe.pkid = SUBSCRIPTION;
        Ok(self.packets.push(&Packet::Subscribe(subscribe))?)
    }

    /// Asks for no new messages.
    pub(crate) fn unsubscribe(&mut self) -> Result<(), LinkError> {
        let filters = self.filters.iter().map(|filter| filter.path.clone()).collect();
        let unsubscribe = Unsubscribe { pkid: SUBSCRIPTION, filters, properties: None };
        Ok(self.packets.push(&Packet::Unsubscribe(unsubscribe))?)
    }

    /// Acknowledges a message of this connection.
    pub(crate) fn acknowledge(&mut self, acknowledgement: &Acknowledgement) -> Result<(), LinkError> {
        Ok(self.packets.push(&Packet::PubAck(PubAck::new(acknowledgement.0, None)))?)
    }

    /// Says goodbye after all that is queued.
    pub(crate) async fn close(self) -> Result<(), LinkError> {
        Ok(self.packets.close().await?)
    }
}

/// What a packet means, where it means something.
fn event_of(packet: Packet) -> Result<Option<LinkEvent>, LinkError> {
    Ok(match packet {
        Packet::Publish(publish) => Some(LinkEvent::Message(publish.into())),
        Packet::SubAck(answer) => {
            let mut codes = answer.return_codes.into_iter();
            match codes.find(|code| !matches!(code, SubscribeReasonCode::Success(_))) {
                Some(code) => return Err(LinkError::NotSubscribed(code)),
                None => Some(LinkEvent::Subscribed),
            }
        }
        Packet::UnsubAck(_) => Some(LinkEvent::Unsubscribed),
        _ => None,
    })
}

impl From<Publish> for Message {
    fn from(publish: Publish) -> Self {
        let acknowledgement = (publish.qos == QoS::AtLeastOnce).then_some(Acknowledgement(publish.pkid));
        Self { topic: publish.topic, payload: publish.payload, is_redelivered: publish.dup, acknowledgement }
    }
}
