//! One MQTT connection: polls, hands messages over, and acknowledges those that were committed.
//!
//! Everything happens in one task, so that an acknowledgement and the connection it belongs to cannot be mixed up. It waits for
//! the broker alone; only where the process holds as much as it may does it stop reading until something is committed.

mod phase;

use std::pin::pin;

use chrono::Utc;
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::{Duration, Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    batcher::Received,
    budget::Arrivals,
    config::MqttConfig,
    health::BrokerHealth,
    held::Room,
    metrics,
    mqtt::{self, Acknowledgement, Link, LinkError, LinkEvent, LinkHandle, Message},
    pause,
    window::{Ticket, Window},
};
use phase::Phase;

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// What a connection works with.
pub(crate) struct Connection {
    /// Which of the process's connections; the first one also reads statuses.
    pub(crate) index: u16,
    /// How to connect.
    pub(crate) config: MqttConfig,
    /// Where requests to the broker are queued.
    pub(crate) handle: LinkHandle,
    /// Where messages go.
    pub(crate) queue: mpsc::Sender<Received>,
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

/// Why work on a connection ended.
enum End {
    /// It broke, having been subscribed or not.
    Broken { error: LinkError, was_subscribed: bool },
    /// The service stops.
    Stopped,
}

impl Connection {
    /// Works until `shutdown`, and then until everything received is acknowledged.
    pub(crate) async fn run(mut self, mut link: Link, shutdown: CancellationToken) {
        let mut pauses = pause::growing();
        while !shutdown.is_cancelled() {
            let End::Broken { error, was_subscribed } = self.work(&mut link, &shutdown).await else { break };
            self.health.lost(self.index, &error);
            // Packet ids mean nothing any more: what waits will come again, and what is committed late acknowledges nothing.
            self.window.start_epoch();
            self.unacknowledged.set(0);
            if was_subscribed {
                pauses = pause::growing();
            }
            let _ = timeout(pauses.next().unwrap_or(pause::MAX), shutdown.cancelled()).await;
            match mqtt::open(&self.config, self.index) {
                Ok(opened) => (link, self.handle) = opened,
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "The broker's certificates cannot be read.");
                }
            }
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
    async fn work(&mut self, link: &mut Link, shutdown: &CancellationToken) -> End {
        let mut phase = Phase::Connecting;
        loop {
            let result = match self.next(link, &mut phase, shutdown).await {
                Ok(Some(event)) => self.handle(event, &mut phase).await,
                Ok(None) => {
                    if phase != Phase::Connecting {
                        self.say_goodbye(link).await;
                    }
                    return End::Stopped;
                }
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => {}
                Err(error) if phase.is_stopping() => {
                    tracing::warn!(connection = self.index, %error, "The connection was lost while it drained.");
                    return End::Stopped;
                }
                Err(error) => return End::Broken { error, was_subscribed: phase == Phase::Subscribed },
            }
        }
    }

    /// The next event; nothing when the service stops and there is nothing left to do.
    async fn next(
        &mut self,
        link: &mut Link,
        phase: &mut Phase,
        shutdown: &CancellationToken,
    ) -> Result<Option<LinkEvent>, LinkError> {
        // Commits do not interrupt a poll: one that is dropped half-way may lose what it was sending.
        let mut next = pin!(link.next());
        loop {
            let ends_at = if self.window.len() == 0 { phase.ends_at() } else { None };
            tokio::select! {
                event = &mut next => return event.map(Some),
                Some(tickets) = self.commits.recv() => {
                    self.acknowledge(tickets)?;
                    phase.touch();
                }
                () = shutdown.cancelled(), if !phase.is_stopping() => {
                    if *phase == Phase::Connecting {
                        return Ok(None);
                    }
                    if self.config.leave_on_stop {
                        *phase = Phase::Unsubscribing;
                        self.handle.unsubscribe()?;
                    } else {
                        *phase = Phase::Pausing;
                    }
                }
                () = sleep_until(ends_at.unwrap_or_else(Instant::now)), if ends_at.is_some() => return Ok(None),
            }
        }
    }

    async fn handle(&mut self, event: LinkEvent, phase: &mut Phase) -> Result<(), LinkError> {
        match event {
            // With or without a session: what is subscribed already stays as it is.
            LinkEvent::Connected => self.handle.subscribe()?,
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
        Ok(())
    }

    /// Hands a message over. Where there is no room it waits until something is committed, and so does the broker.
    async fn receive(&mut self, message: Message) {
        metrics::received(message.is_redelivered);
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
        self.unacknowledged.set(self.window.len() as f64);
        let received =
            Received { ticket, topic: message.topic, payload: message.payload, received_at, at, place };
        match self.queue.try_send(received) {
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) if may_be_dropped => metrics::dropped(),
            Err(TrySendError::Full(received)) => {
                // A closed queue is the end of the process; the broker keeps what is not acknowledged.
                let _ = self.queue.send(received).await;
            }
        }
    }

    fn acknowledge(&mut self, tickets: Vec<Ticket>) -> Result<(), LinkError> {
        for ticket in tickets {
            self.window.commit(ticket);
        }
        while let Some(acknowledgement) = self.window.pop() {
            self.handle.acknowledge(acknowledgement)?;
        }
        self.unacknowledged.set(self.window.len() as f64);
        Ok(())
    }

    async fn say_goodbye(&self, link: &mut Link) {
        if self.handle.disconnect().is_ok() {
            let goodbye = async { while link.next().await.is_ok() {} };
            let _ = timeout(GOODBYE, goodbye).await;
        }
    }
}
