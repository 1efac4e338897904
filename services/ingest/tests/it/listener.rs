//! Listens on a topic, as a device does for its receipts.

use std::sync::{Arc, Mutex};

use rumqttc::{AsyncClient, Event, Incoming, MqttOptions, QoS};
use serde_json::Value;
use tokio::{sync::oneshot, time::Instant};
use tokio_util::task::AbortOnDropHandle;

type Heard = Arc<Mutex<Vec<(Instant, String, Value)>>>;

/// A subscription.
pub(crate) struct Listener {
    heard: Heard,
    _events: AbortOnDropHandle<()>,
}

impl Listener {
    /// Returns once the broker has taken the subscription; comes back when the broker does.
    pub(crate) async fn start(options: MqttOptions, filter: &'static str) -> Self {
        let (client, mut events) = AsyncClient::builder(options).build();
        let (heard, (subscribed, is_subscribed)) = (Heard::default(), oneshot::channel());
        let (into, mut subscribed) = (Arc::clone(&heard), Some(subscribed));
        let events = tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                        client.try_subscribe(filter, QoS::AtMostOnce).unwrap();
                    }
                    Ok(Event::Incoming(Incoming::SubAck(_))) => {
                        let _ = subscribed.take().map(|sender| sender.send(()));
                    }
                    Ok(Event::Incoming(Incoming::Publish(publish))) => {
                        let topic = String::from_utf8(publish.topic.to_vec()).unwrap();
                        let value = serde_json::from_slice(&publish.payload).unwrap();
                        into.lock().unwrap().push((Instant::now(), topic, value));
                    }
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                }
            }
        });
        tokio::time::timeout(crate::PATIENCE, is_subscribed).await.unwrap().unwrap();
        Self { heard, _events: AbortOnDropHandle::new(events) }
    }

    /// What came, in its order.
    pub(crate) fn heard(&self) -> Vec<(Instant, String, Value)> {
        self.heard.lock().unwrap().clone()
    }

    /// The last of it.
    pub(crate) fn last(&self) -> Value {
        self.heard().pop().map_or(Value::Null, |(_, _, value)| value)
    }
}
