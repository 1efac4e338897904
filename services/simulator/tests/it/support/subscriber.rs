//! Reads what a fleet says from the broker itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use argosy_testkit::PrivateBroker;
use rumqttc::{AsyncClient, Event, Incoming, MqttOptions, QoS, SubscribeFilter};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

type Messages = Arc<Mutex<BTreeMap<String, BTreeMap<i64, Value>>>>;

/// Listens to every device.
pub(crate) struct Subscriber {
    messages: Messages,
    _events: AbortOnDropHandle<()>,
}

impl Subscriber {
    pub(crate) async fn start(broker: &PrivateBroker) -> Self {
        let mut options = MqttOptions::new("subscriber", ("127.0.0.1".to_owned(), broker.port));
        options.set_max_packet_size(Some(2_000_000));
        let (client, mut events) = AsyncClient::builder(options).build();
        let messages = Messages::default();
        let (subscribed, is_subscribed) = oneshot::channel();
        let mut subscribed = Some(subscribed);
        let collected = Arc::clone(&messages);
        let task = tokio::spawn(async move {
            let filter = SubscribeFilter::new("v1/+/+/telemetry".to_owned(), QoS::AtLeastOnce);
            client.try_subscribe_many([filter]).unwrap();
            loop {
                match events.poll().await.unwrap() {
                    Event::Incoming(Incoming::SubAck(_)) => {
                        let _ = subscribed.take().map(|sender| sender.send(()));
                    }
                    Event::Incoming(Incoming::Publish(publish)) => {
                        collect(&collected, &publish.topic, &publish.payload);
                    }
                    _ => {}
                }
            }
        });
        is_subscribed.await.unwrap();
        Self { messages, _events: AbortOnDropHandle::new(task) }
    }

    /// By device and number, what was measured; forgotten afterwards.
    pub(crate) fn take(&self) -> BTreeMap<String, BTreeMap<i64, Value>> {
        std::mem::take(&mut *self.messages.lock().unwrap())
    }
}

fn collect(messages: &Messages, topic: &[u8], payload: &[u8]) {
    let Ok(message) = serde_json::from_slice::<Value>(payload) else { return };
    let Some(seq) = message["seq"].as_i64().filter(|seq| *seq > 0) else { return };
    let device = String::from_utf8_lossy(topic).split('/').nth(2).unwrap().to_owned();
    let values = message["points"][0]["values"].clone();
    messages.lock().unwrap().entry(device).or_default().insert(seq, values);
}
