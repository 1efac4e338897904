//! An MQTT client with a certificate.

use std::time::Duration;

use argosy_testkit::{Issued, PrivateBroker};
use rumqttc::{
    AckMode, AsyncClient, BrokerSessionResumePolicy, Event, EventLoop, Incoming, MqttOptions, PubAckReason,
    Publish, PublishOptions, QoS, Transport,
};

const DEADLINE: Duration = Duration::from_secs(10);

/// A connected client.
pub(crate) struct Device {
    client: AsyncClient,
    events: EventLoop,
    /// Whether the broker still had its session.
    pub(crate) session_present: bool,
}

impl Device {
    /// A client of this identity, without a session of its own.
    pub(crate) async fn connect(broker: &PrivateBroker, identity: &Issued) -> anyhow::Result<Self> {
        let id = format!("client-{}", argosy_backends::random_secret());
        Self::connect_with(MqttOptions::new(id, ("localhost", broker.tls_port)), broker, identity).await
    }

    /// A client whose session the broker keeps, and that acknowledges nothing.
    pub(crate) async fn connect_with_session(
        broker: &PrivateBroker,
        identity: &Issued,
    ) -> anyhow::Result<Self> {
        let mut options = MqttOptions::new("kept-session", ("localhost", broker.tls_port));
        options.set_clean_start(false).set_session_expiry_interval(Some(3600));
        options.set_broker_session_resume_policy(BrokerSessionResumePolicy::AllowBrokerOnly);
        options.set_receive_maximum(Some(1000)).set_ack_mode(AckMode::Manual);
        Self::connect_with(options, broker, identity).await
    }

    async fn connect_with(
        mut options: MqttOptions,
        broker: &PrivateBroker,
        identity: &Issued,
    ) -> anyhow::Result<Self> {
        // There may be another, where features meet.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client_auth =
            Some((identity.certificate.clone().into_bytes(), identity.key.clone().into_bytes()));
        options.set_transport(Transport::tls(broker.ca.certificate.clone().into_bytes(), client_auth, None));
        let (client, mut events) = AsyncClient::builder(options).capacity(1000).build();
        let connected = async {
            loop {
                if let Event::Incoming(Incoming::ConnAck(answer)) = events.poll().await? {
                    return anyhow::Ok(answer.session_present);
                }
            }
        };
        let session_present = tokio::time::timeout(DEADLINE, connected).await??;
        Ok(Self { client, events, session_present })
    }

    async fn next<T>(&mut self, mut pick: impl FnMut(Incoming) -> Option<T>) -> T {
        let work = async {
            loop {
                if let Event::Incoming(packet) = self.events.poll().await.unwrap()
                    && let Some(found) = pick(packet)
                {
                    return found;
                }
            }
        };
        tokio::time::timeout(DEADLINE, work).await.expect("the broker answers")
    }

    pub(crate) async fn subscribe(&mut self, filter: &str) {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        self.next(|packet| matches!(packet, Incoming::SubAck(_)).then_some(())).await;
    }

    /// Publishes, and returns what the broker answers.
    pub(crate) async fn publish(&mut self, topic: &str, payload: &str) -> PubAckReason {
        let options = PublishOptions::new(QoS::AtLeastOnce);
        self.client.publish(topic, payload.to_owned(), options).await.unwrap();
        self.next(|packet| match packet {
            Incoming::PubAck(answer) => Some(answer.reason),
            _ => None,
        })
        .await
    }

    /// The next message: its topic and payload.
    pub(crate) async fn message(&mut self) -> (String, String) {
        let message: Publish = self
            .next(|packet| match packet {
                Incoming::Publish(message) => Some(message),
                _ => None,
            })
            .await;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&message.topic), text(&message.payload))
    }
}
