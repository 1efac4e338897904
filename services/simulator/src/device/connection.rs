//! A device's connection: from CONNECT to whatever ends it.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use argosy_mqtt::{BrokerAddress, Poller};
use argosy_wire::{
    status::StatusMessage,
    topic::{status_topic, telemetry_topic},
};
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use rand::RngExt as _;
use rumqttc::{
    AsyncClient, Event, Incoming, LastWill, MqttOptions, PubAckReason, PublishNotice, PublishOptions,
    PublishResult, QoS,
};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep_until};

use super::{Device, Ending, Stored, store::Kind};

/// Messages under way at once.
const IN_FLIGHT: usize = 32;
/// How long the broker may take to answer a CONNECT.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const KEEP_ALIVE_SECONDS: u16 = 20;

/// How a device connects.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// The broker.
    pub(crate) broker: BrokerAddress,
    /// The device's certificate; plain MQTT without it.
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

/// Why a connection ended.
pub(super) enum Ended {
    /// Everything is acknowledged and the run is over, or its time is.
    Done,
    /// It broke, after it had worked.
    Worked,
    /// It never stood.
    Failed,
}

type Answer = BoxFuture<'static, (u64, bool)>;

/// Messages sent and not acknowledged, by the order of their sending.
struct UnderWay {
    messages: BTreeMap<u64, (Stored, Instant)>,
    answers: FuturesUnordered<Answer>,
    next: u64,
}

impl UnderWay {
    fn add(&mut self, message: Stored, notice: PublishNotice) {
        let number = self.next;
        self.next += 1;
        self.messages.insert(number, (message, Instant::now()));
        self.answers.push(
            notice
                .wait_async()
                .map(move |result| (number, result.is_ok_and(|answer| is_success(&answer))))
                .boxed(),
        );
    }
}

/// Whether the broker took the message for somebody. With no subscriber it is acknowledged and gone.
fn is_success(answer: &PublishResult) -> bool {
    matches!(answer, PublishResult::Qos1(answer) if answer.reason == PubAckReason::Success)
}

impl Device {
    /// Connects, and works until something ends it.
    pub(super) async fn connected(&mut self, connection: i64, ending: &mut Ending) -> Ended {
        let status = StatusMessage { online: true, boot: self.boot, connection };
        let (client, events) = AsyncClient::builder(self.options(status)).build();
        let mut events = Poller::new(events);
        let shared = Arc::clone(&self.shared);
        let mut storms = shared.storm.subscribe();
        let topic = telemetry_topic(&shared.fleet, &self.name);
        let mut under_way = UnderWay { messages: BTreeMap::new(), answers: FuturesUnordered::new(), next: 0 };
        let mut stands = false;
        let breaks_at = self.breaks_at();
        let ended = loop {
            if stands {
                self.send(&client, &topic, &mut under_way);
            }
            let is_done = self.store.is_empty() && under_way.messages.is_empty();
            if ending.is_over() || (ending.has_begun() && is_done) {
                if stands {
                    self.say_goodbye(&client, status, &mut events).await;
                }
                break Ended::Done;
            }
            tokio::select! {
                () = ending.next() => self.make_last(),
                () = sleep_until(self.maker.due()), if !ending.has_begun() => self.make_due(),
                Some((number, acknowledged)) = under_way.answers.next() => {
                    if let Some((message, sent)) = under_way.messages.remove(&number) {
                        if acknowledged {
                            self.acknowledged(&message, sent);
                        } else {
                            // Trying again at once would only be refused again.
                            self.store.put_back(std::iter::once(message));
                            break Ended::Failed;
                        }
                    }
                }
                _ = storms.recv() => break Ended::Worked,
                () = sleep_until(breaks_at) => break Ended::Worked,
                event = events.next() => match event {
                    Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                        stands = true;
                        shared.statistics.connected.fetch_add(1, Ordering::Relaxed);
                        self.say(&client, status);
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(device = %self.name, %error, "A connection ended.");
                        break if stands { Ended::Worked } else { Ended::Failed };
                    }
                },
            }
        };
        if stands {
            shared.statistics.connected.fetch_sub(1, Ordering::Relaxed);
        }
        self.store.put_back(under_way.messages.into_values().map(|(message, _)| message));
        ended
    }

    /// Sends what waits, as far as the window goes.
    fn send(&mut self, client: &AsyncClient, topic: &str, under_way: &mut UnderWay) {
        while under_way.messages.len() < IN_FLIGHT {
            let Some(message) = self.store.pop() else { return };
            let options = PublishOptions::new(QoS::AtLeastOnce);
            let Ok(notice) = client.try_publish_tracked(topic, message.payload.clone(), options) else {
                return self.store.put_back(std::iter::once(message));
            };
            self.shared.statistics.sent.fetch_add(1, Ordering::Relaxed);
            under_way.add(message, notice);
        }
    }

    fn options(&self, status: StatusMessage) -> MqttOptions {
        let client_id = format!("{}/{}", self.shared.fleet, self.name);
        let mut options = self.link.broker.options(&client_id, self.link.tls.clone());
        let will = serde_json::to_vec(&StatusMessage { online: false, ..status }).unwrap_or_default();
        let topic = status_topic(&self.shared.fleet, &self.name);
        options
            .set_clean_start(true)
            .set_keep_alive(KEEP_ALIVE_SECONDS)
            .set_connect_timeout(CONNECT_TIMEOUT)
            .set_request_channel_capacity(IN_FLIGHT + 8)
            .set_last_will(LastWill::new(topic, will, QoS::AtLeastOnce, true, None));
        options
    }

    fn say(&self, client: &AsyncClient, status: StatusMessage) {
        let options = PublishOptions::new(QoS::AtLeastOnce).retain(true);
        let payload = serde_json::to_vec(&status).unwrap_or_default();
        if let Err(error) = client.try_publish(status_topic(&self.shared.fleet, &self.name), payload, options)
        {
            tracing::debug!(device = %self.name, %error, "A status could not be sent.");
        }
    }

    async fn say_goodbye(&self, client: &AsyncClient, status: StatusMessage, events: &mut Poller) {
        self.say(client, StatusMessage { online: false, ..status });
        if client.try_disconnect().is_ok() {
            let sent = async { while events.next().await.is_ok() {} };
            let _ = tokio::time::timeout(Duration::from_secs(3), sent).await;
        }
    }

    fn acknowledged(&self, message: &Stored, sent: Instant) {
        let statistics = &self.shared.statistics;
        match message.kind {
            Kind::Measurement(seq) => {
                statistics.acknowledged.fetch_add(1, Ordering::Relaxed);
                statistics.record_acknowledgement(sent.elapsed(), message.due.elapsed());
                self.ledger.record(seq);
            }
            Kind::Copy(seq) => self.ledger.record(seq),
            Kind::Noise => {}
        }
    }

    /// When this connection breaks on request: the time to the next of so many a minute is exponential.
    fn breaks_at(&mut self) -> Instant {
        let rate = self.shared.disorder.disconnects / 60.0;
        let share: f64 = self.dice.random_range(f64::EPSILON..1.0);
        let seconds = if rate > 0.0 { -share.ln() / rate } else { f64::INFINITY };
        Instant::now() + Duration::from_secs_f64(seconds.min(30.0 * 86_400.0))
    }
}
