//! The MQTT library, hidden: the rest of the service knows messages, acknowledgements and what becomes of a connection.

mod options;
mod session;
mod side;

use std::time::Duration;

use argosy_wire::topic::{TopicKind, shared_filter, wildcard_filter};
use bytes::Bytes;
use rumqttc::{
    AsyncClient, Event, EventLoop, Incoming, ManualAck, Publish, QoS, RetainForwardRule, SubscribeFilter,
    SubscribeReasonCode,
};

use crate::config::MqttConfig;
pub(crate) use options::SESSION_EXPIRY_SECONDS;
pub(crate) use side::{SideEvent, SideLink, open_side};

/// Why a connection is of no more use.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct LinkError(String);

impl LinkError {
    fn from_any(error: impl std::error::Error) -> Self {
        Self(error.to_string())
    }
}

/// What happens on a connection.
#[derive(Debug)]
pub(crate) enum LinkEvent {
    /// It stands; nothing may be subscribed yet.
    Connected,
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
pub(crate) struct Acknowledgement(ManualAck);

/// A connection, from its making to its end. Each is a client of its own, so that nothing that was meant for one can go out on
/// the next, where the same packet id may belong to another message.
pub(crate) struct Link {
    events: EventLoop,
    patience: Duration,
}

/// Queues what a connection is to send. Never waits: waiting for a queue that only polling empties would stop both.
#[derive(Debug, Clone)]
pub(crate) struct LinkHandle {
    client: AsyncClient,
    filters: Vec<SubscribeFilter>,
}

/// A connection `index`, which is not made before it is polled. Certificates are read as they are now.
pub(crate) fn open(config: &MqttConfig, index: u16) -> anyhow::Result<(Link, LinkHandle)> {
    let (client, events) = AsyncClient::builder(options::options(config, index)?).try_build()?;
    // A healthy connection has something to say, if only a ping, once in a keep-alive.
    let patience = options::CONNECT_TIMEOUT + config.keep_alive() * 3;
    Ok((Link { events, patience }, LinkHandle { client, filters: filters(index) }))
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
    /// The next event; connects first. After an error the connection is of no more use.
    pub(crate) async fn next(&mut self) -> Result<LinkEvent, LinkError> {
        loop {
            let event = tokio::time::timeout(self.patience, self.events.poll())
                .await
                .map_err(|_| LinkError("the broker takes nothing and says nothing".into()))?
                .map_err(LinkError::from_any)?;
            match event {
                Event::Incoming(Incoming::ConnAck(_)) => {
                    // From here on the library knows the session by itself; a store would only be written to.
                    self.events.options.clear_session_store();
                    return Ok(LinkEvent::Connected);
                }
                Event::Incoming(Incoming::SubAck(answer)) => {
                    let refused = answer
                        .return_codes
                        .iter()
                        .find(|code| !matches!(code, SubscribeReasonCode::Success(_)));
                    return match refused {
                        Some(code) => {
                            Err(LinkError(format!("the broker refused the subscription: {code:?}")))
                        }
                        None => Ok(LinkEvent::Subscribed),
                    };
                }
                Event::Incoming(Incoming::UnsubAck(_)) => return Ok(LinkEvent::Unsubscribed),
                Event::Incoming(Incoming::Disconnect(goodbye)) => {
                    return Err(LinkError(format!(
                        "the broker closed the connection: {:?}",
                        goodbye.reason_code
                    )));
                }
                Event::Incoming(Incoming::Publish(publish)) => {
                    return Ok(LinkEvent::Message(Message::from(publish)));
                }
                _ => {}
            }
        }
    }
}

impl LinkHandle {
    /// Subscribes to everything that this connection reads; what is subscribed already stays as it is.
    pub(crate) fn subscribe(&self) -> Result<(), LinkError> {
        self.client.try_subscribe_many(self.filters.iter().cloned()).map_err(LinkError::from_any)
    }

    /// Asks for no new messages.
    pub(crate) fn unsubscribe(&self) -> Result<(), LinkError> {
        self.client
            .try_unsubscribe_many(self.filters.iter().map(|filter| filter.path.clone()))
            .map_err(LinkError::from_any)
    }

    /// Acknowledges a message of the present connection.
    pub(crate) fn acknowledge(&self, acknowledgement: Acknowledgement) -> Result<(), LinkError> {
        self.client.try_manual_ack(acknowledgement.0).map_err(LinkError::from_any)
    }

    /// Says goodbye after all that is queued; the link ends with an error once it is said.
    pub(crate) fn disconnect(&self) -> Result<(), LinkError> {
        self.client.try_disconnect().map_err(LinkError::from_any)
    }
}

impl From<Publish> for Message {
    fn from(publish: Publish) -> Self {
        let acknowledgement = (publish.qos == QoS::AtLeastOnce)
            .then(|| Acknowledgement(ManualAck::PubAck(rumqttc::PubAck::new(publish.pkid, None))));
        Self { topic: publish.topic, payload: publish.payload, is_redelivered: publish.dup, acknowledgement }
    }
}
