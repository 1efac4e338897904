//! A device's connection: from CONNECT to whatever ends it.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use argosy_mqtt::{BrokerAddress, Poller};
use argosy_wire::{
    status::StatusMessage,
    topic::{receipt_topic, status_topic, telemetry_topic},
};
use rand::RngExt as _;
use rumqttc::{AsyncClient, Event, Incoming, LastWill, MqttOptions, PublishOptions, QoS};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep_until};

use super::{Device, Ending, under_way::UnderWay};

/// Messages under way at once.
const IN_FLIGHT: usize = 32;
/// The same for the library, with room for a status. It keeps account of that many in each connection: by default of all that
/// MQTT can count, which took 18 MB a device.
const PACKET_IDS: u16 = 40;
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

impl Device {
    /// Connects, and works until something ends it.
    pub(super) async fn connected(&mut self, connection: i64, ending: &mut Ending) -> Ended {
        let status = StatusMessage { online: true, boot: self.boot, connection };
        let (client, events) = AsyncClient::builder(self.options(status)).build();
        let mut events = Poller::new(events);
        let shared = Arc::clone(&self.shared);
        let mut storms = shared.storm.subscribe();
        let topic = telemetry_topic(&shared.fleet, &self.name);
        let (mut under_way, mut stands, mut looked) = (UnderWay::default(), false, Instant::now());
        let breaks_at = self.breaks_at();
        let ended = loop {
            if stands {
                self.send(&client, &topic, &mut under_way);
            }
            let is_done = self.store.is_empty() && under_way.len() == 0;
            if ending.is_over() || (ending.has_begun() && is_done) {
                if stands {
                    self.say_goodbye(&client, status, &mut events).await;
                }
                break Ended::Done;
            }
            let looks_at = self.looks_at(looked);
            tokio::select! {
                () = ending.next() => self.make_last(),
                () = sleep_until(self.maker.due()), if !ending.has_begun() => self.make_due(),
                Some(answer) = under_way.next() => {
                    if !answer.is_acknowledged {
                        // Trying again at once would only be refused again.
                        self.store.put_back(std::iter::once(answer.message));
                        break Ended::Failed;
                    }
                    self.acknowledged(answer.message, answer.sent);
                }
                () = sleep_until(looks_at.unwrap_or(looked)), if looks_at.is_some() => {
                    looked = Instant::now();
                    if stands {
                        self.repeat_overdue(ending);
                    }
                }
                _ = storms.recv() => break Ended::Worked,
                () = sleep_until(breaks_at) => break Ended::Worked,
                event = events.next() => match event {
                    Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                        stands = true;
                        shared.statistics.connected.fetch_add(1, Ordering::Relaxed);
                        self.say(&client, status);
                        self.listen(&client);
                    }
                    Ok(Event::Incoming(Incoming::Publish(receipt))) => {
                        self.take_receipt(&receipt.payload, &mut under_way);
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
        self.put_back(under_way);
        ended
    }

    /// Sends what waits, as far as the window goes.
    fn send(&mut self, client: &AsyncClient, topic: &str, under_way: &mut UnderWay) {
        while under_way.len() < IN_FLIGHT {
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
            .set_outgoing_inflight_upper_limit(PACKET_IDS)
            .set_request_channel_capacity(usize::from(PACKET_IDS))
            .set_last_will(LastWill::new(topic, will, QoS::AtLeastOnce, true, None));
        options
    }

    /// Asks for receipts where they count. The broker may have lost what it acknowledged on the connection before, so all of that
    /// is sent again.
    fn listen(&mut self, client: &AsyncClient) {
        if self.shared.until_receipt.is_none() {
            return;
        }
        let topic = receipt_topic(&self.shared.fleet, &self.name);
        if let Err(error) = client.try_subscribe(topic, QoS::AtMostOnce) {
            tracing::debug!(device = %self.name, %error, "Receipts could not be subscribed to.");
        }
        self.repeat(Duration::ZERO);
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

    /// When this connection breaks on request: the time to the next of so many a minute is exponential.
    fn breaks_at(&mut self) -> Instant {
        let rate = self.shared.disorder.disconnects / 60.0;
        let share: f64 = self.dice.random_range(f64::EPSILON..1.0);
        let seconds = if rate > 0.0 { -share.ln() / rate } else { f64::INFINITY };
        Instant::now() + Duration::from_secs_f64(seconds.min(30.0 * 86_400.0))
    }
}
