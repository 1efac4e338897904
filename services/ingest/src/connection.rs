//! One MQTT connection: polls, hands messages over, and acknowledges those that were committed.
//!
//! Everything happens in one task, so that an acknowledgement and the connection it belongs to cannot be mixed up; and that task
//! waits for nothing but the broker, since a client that does not poll is a client that is dead.

mod options;
mod session;

use std::time::Duration;

use argosy_mqtt::Poller;
use argosy_wire::topic::{TopicKind, shared_filter, wildcard_filter};
use chrono::Utc;
use rand::RngExt as _;
use rumqttc::{
    AsyncClient, Event, Incoming, ManualAck, MqttOptions, Publish, QoS, RetainForwardRule, SubscribeFilter,
};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{batcher::Received, metrics, serve::Connected, window::{Ticket, Window}};
pub(crate) use options::options;

/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// A drain is over when nothing has come for so long after the last acknowledgement.
const QUIET: Duration = Duration::from_millis(300);

/// What a connection works with.
pub(crate) struct Connection {
    /// Which of the process's connections; the first one also reads retained statuses.
    pub(crate) index: u16,
    /// Where messages go.
    pub(crate) queue: mpsc::Sender<Received>,
    /// Which messages were committed.
    pub(crate) commits: mpsc::UnboundedReceiver<Vec<Ticket>>,
    /// How many connections stand.
    pub(crate) connected: Connected,
    /// How long the drain may take.
    pub(crate) drain: Duration,
}

enum Step {
    /// Go on.
    Continue,
    /// The connection is of no more use.
    Broken(String),
}

impl Connection {
    /// Works until `shutdown`, and then until everything received is acknowledged. Each epoch is a client of its own, so that
    /// nothing meant for one connection can go out on the next.
    pub(crate) async fn run(mut self, options: MqttOptions, shutdown: CancellationToken) {
        let mut window = Window::new(self.index);
        let mut pause = FIRST_PAUSE;
        loop {
            let (client, events) = AsyncClient::builder(options.clone()).build();
            let mut events = Poller::new(events);
            let (reason, was_connected) = loop {
                let step = tokio::select! {
                    () = shutdown.cancelled() => return self.stop(&client, events, window).await,
                    Some(tickets) = self.commits.recv() => self.acknowledge(&client, &mut window, tickets),
                    event = events.next() => match event {
                        Ok(event) => self.handle(&client, &mut window, event),
                        Err(error) => Step::Broken(error.to_string()),
                    },
                };
                if let Step::Broken(reason) = step {
                    break (reason, self.connected.is_made(self.index));
                }
            };
            self.connected.lost(self.index, &reason);
            metrics::disconnected();
            window.start_epoch();
            pause = if was_connected { FIRST_PAUSE } else { (pause * 2).min(MAX_PAUSE) };
            let jitter = rand::rng().random_range(0.5..1.0);
            if tokio::time::timeout(pause.mul_f64(jitter), shutdown.cancelled()).await.is_ok() {
                return;
            }
        }
    }

    fn handle(&self, client: &AsyncClient, window: &mut Window<ManualAck>, event: Event) -> Step {
        match event {
            Event::Incoming(Incoming::ConnAck(_)) => {
                window.start_epoch();
                // With or without a session: what is subscribed already stays as it is.
                match client.try_subscribe_many(self.filters()) {
                    Ok(()) => Step::Continue,
                    Err(error) => Step::Broken(error.to_string()),
                }
            }
            Event::Incoming(Incoming::SubAck(answer)) => {
                let refused = answer.return_codes.iter().find(|code| !matches!(code, rumqttc::SubscribeReasonCode::Success(_)));
                if let Some(code) = refused {
                    return Step::Broken(format!("the broker refused the subscription: {code:?}"));
                }
                self.connected.made(self.index);
                Step::Continue
            }
            Event::Incoming(Incoming::Publish(publish)) => self.receive(client, window, publish),
            _ => Step::Continue,
        }
    }

    fn filters(&self) -> Vec<SubscribeFilter> {
        let mut filters = vec![SubscribeFilter::new(shared_filter(TopicKind::Telemetry), QoS::AtLeastOnce)];
        if self.index == 0 {
            let mut status = SubscribeFilter::new(wildcard_filter(TopicKind::Status), QoS::AtLeastOnce);
            status.retain_forward_rule = RetainForwardRule::OnEverySubscribe;
            filters.push(status);
        }
        filters
    }

    fn receive(&self, client: &AsyncClient, window: &mut Window<ManualAck>, publish: Publish) -> Step {
        metrics::received(publish.dup);
        let ticket = client.prepare_ack(&publish).map(|acknowledgement| window.push(acknowledgement));
        let has_ticket = ticket.is_some();
        let received = Received {
            ticket,
            topic: publish.topic,
            payload: publish.payload,
            received_at: Utc::now().timestamp_millis(),
            at: Instant::now(),
        };
        metrics::unacknowledged(self.index, window.len());
        match self.queue.try_send(received) {
            Ok(()) => Step::Continue,
            // At most once is what QoS 0 promises.
            Err(_) if !has_ticket => {
                metrics::dropped();
                Step::Continue
            }
            // Connecting again makes the broker deliver it again.
            Err(_) => Step::Broken("more messages came than Receive Maximum allows".into()),
        }
    }

    fn acknowledge(&self, client: &AsyncClient, window: &mut Window<ManualAck>, tickets: Vec<Ticket>) -> Step {
        for ticket in tickets {
            window.commit(ticket);
        }
        while let Some(acknowledgement) = window.pop() {
            if let Err(error) = client.try_manual_ack(acknowledgement) {
                return Step::Broken(format!("an acknowledgement could not be sent: {error}"));
            }
        }
        metrics::unacknowledged(self.index, window.len());
        Step::Continue
    }

    /// Unsubscribes, so that new messages go to others; acknowledges what came; disconnects.
    async fn stop(&mut self, client: &AsyncClient, mut events: Poller, mut window: Window<ManualAck>) {
        if !self.connected.is_made(self.index) {
            return;
        }
        let filters: Vec<String> = self.filters().into_iter().map(|filter| filter.path).collect();
        if client.try_unsubscribe_many(filters).is_err() {
            return;
        }
        let deadline = Instant::now() + self.drain;
        let mut quiet_since = Instant::now();
        while Instant::now() < deadline {
            let step = tokio::select! {
                () = tokio::time::sleep_until(quiet_since + QUIET), if window.len() == 0 => break,
                () = tokio::time::sleep_until(deadline) => break,
                Some(tickets) = self.commits.recv() => self.acknowledge(client, &mut window, tickets),
                event = events.next() => match event {
                    Ok(Event::Incoming(Incoming::Publish(publish))) => self.receive(client, &mut window, publish),
                    Ok(_) => continue,
                    Err(error) => Step::Broken(error.to_string()),
                },
            };
            if matches!(step, Step::Broken(_)) {
                return;
            }
            quiet_since = Instant::now();
        }
        if window.len() > 0 {
            tracing::warn!(
                connection = self.index,
                messages = window.len(),
                "The drain ran out of time; the broker will deliver these messages again."
            );
        }
        if client.try_disconnect().is_ok() {
            let goodbye = async { while events.next().await.is_ok() {} };
            let _ = tokio::time::timeout(Duration::from_secs(2), goodbye).await;
        }
    }
}
