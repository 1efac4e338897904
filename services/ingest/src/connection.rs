//! One MQTT connection: polls, hands messages over, and acknowledges those that were committed.
//!
//! Everything happens in one task, so that an acknowledgement and the connection it belongs to cannot be mixed up. It waits for
//! the broker alone; only where the process holds as much as it may does it stop reading until something is committed.

mod phase;

use chrono::Utc;
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    batcher::Received,
    budget::Arrivals,
    config::MqttConfig,
    health::BrokerHealth,
    held::Room,
    lanes::Lanes,
    metrics,
    mqtt::{self, Acknowledgement, Link, LinkError, LinkEvent, Message},
    pause,
    window::{Ticket, Window},
};
use phase::Phase;

/// What a connection works with.
pub(crate) struct Connection {
    /// Which of the process's connections; the first one also reads statuses.
    pub(crate) index: u16,
    /// How to connect.
    pub(crate) config: MqttConfig,
    /// Where messages go.
    pub(crate) lanes: Lanes,
    /// Counts them.
    pub(crate) arrived: metrics::Arrived,
    /// Room for messages.
    pub(crate) room: Room,
    /// Which messages were committed.
    pub(crate) commits: mpsc::UnboundedReceiver<Vec<Ticket>>,
    /// Messages that wait for their acknowledgement.
    pub(crate) window: Window<Acknowledgement>,
    /// How many they are.
    pub(crate) unacknowledged: ::metrics::Gauge,
    /// What has arrived.
    pub(crate) arrivals: Arrivals,
    /// Which connections stand.
    pub(crate) health: BrokerHealth,
}

impl Connection {
    /// Works until `shutdown`, and then until everything received is acknowledged.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let mut pauses = pause::growing();
        while !shutdown.is_cancelled() {
            let mut phase = Phase::Connecting;
            let opened = tokio::select! {
                opened = mqtt::open(&self.config, self.index) => opened,
                () = shutdown.cancelled() => break,
            };
            let error = match opened {
                Ok(link) => match self.work(link, &mut phase, &shutdown).await {
                    Ok(()) => break,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if phase.is_stopping() {
                tracing::warn!(connection = self.index, %error, "The connection was lost while it drained.");
                break;
            }
            self.health.lost(self.index, &error);
            // Packet ids mean nothing any more: what waits will come again, and what is committed late acknowledges nothing.
            self.window.start_epoch();
            self.unacknowledged.set(0);
            if phase == Phase::Subscribed {
                pauses = pause::growing();
            }
            let _ = timeout(pauses.next().unwrap_or(pause::MAX), shutdown.cancelled()).await;
        }
        if self.window.len() > 0 {
            tracing::warn!(
                connection = self.index,
                messages = self.window.len(),
                "Stopped before these messages were acknowledged; the broker will deliver them again."
            );
        }
    }

    /// Works until the connection breaks, or the service stops and everything is acknowledged.
    async fn work(
        &mut self,
        mut link: Link,
        phase: &mut Phase,
        shutdown: &CancellationToken,
    ) -> Result<(), LinkError> {
        // With or without a session: what is subscribed already stays as it is.
        link.subscribe()?;
        loop {
            let ends_at = if self.window.len() == 0 { phase.ends_at() } else { None };
            tokio::select! {
                event = link.next() => {
                    self.handle(event?, phase).await;
                    while let Some(event) = link.happened()? {
                        self.handle(event, phase).await;
                    }
                    self.unacknowledged.set(self.window.len() as f64);
                }
                Some(tickets) = self.commits.recv() => {
                    self.acknowledge(&mut link, tickets)?;
                    phase.touch();
                }
                () = shutdown.cancelled(), if !phase.is_stopping() => {
                    if *phase == Phase::Connecting {
                        return Ok(());
                    }
                    if self.config.leaves() {
                        *phase = Phase::Unsubscribing;
                        link.unsubscribe()?;
                    } else {
                        *phase = Phase::Pausing;
                    }
                }
                () = sleep_until(ends_at.unwrap_or_else(Instant::now)), if ends_at.is_some() => {
                    // Where it does not hear us any more, it delivers again what it did not see acknowledged.
                    let _ = link.close().await;
                    return Ok(());
                }
            }
        }
    }

    async fn handle(&mut self, event: LinkEvent, phase: &mut Phase) {
        match event {
            LinkEvent::Subscribed => {
                if *phase == Phase::Connecting {
                    *phase = Phase::Subscribed;
                }
                self.health.made(self.index);
            }
            LinkEvent::Unsubscribed => *phase = Phase::Leaving(Instant::now()),
            // It is not acknowledged, so it comes again when the service does.
            LinkEvent::Message(_) if *phase == Phase::Pausing => {}
            LinkEvent::Message(message) => {
                phase.touch();
                self.receive(message).await;
            }
        }
    }

    /// Hands a message over. Where there is no room it waits until something is committed, and so does the broker.
    async fn receive(&mut self, message: Message) {
        self.arrived.count(message.is_redelivered);
        let (received_at, at) = (Utc::now().timestamp_millis(), Instant::now());
        let bytes = message.topic.len() + message.payload.len();
        self.arrivals.count(bytes);
        let may_be_dropped = message.acknowledgement.is_none();
        let place = match self.room.try_take(bytes) {
            Some(place) => Some(place),
            // At most once is what QoS 0 promises.
            None if may_be_dropped => return metrics::dropped(),
            None => self.room.take(bytes).await,
        };
        let ticket = message.acknowledgement.map(|acknowledgement| self.window.push(acknowledgement));
        let lane = self.lanes.of(&message.topic);
        let received =
            Received { ticket, topic: message.topic, payload: message.payload, received_at, at, place };
        match lane.try_send(received) {
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) if may_be_dropped => metrics::dropped(),
            Err(TrySendError::Full(received)) => {
                // A closed queue is the end of the process; the broker keeps what is not acknowledged.
                let _ = lane.send(received).await;
            }
        }
    }

    fn acknowledge(&mut self, link: &mut Link, tickets: Vec<Ticket>) -> Result<(), LinkError> {
        for ticket in tickets {
            self.window.commit(ticket);
        }
        while let Some(acknowledgement) = self.window.pop() {
            link.acknowledge(&acknowledgement)?;
        }
        self.unacknowledged.set(self.window.len() as f64);
        Ok(())
    }
}
