//! Makes batches of messages: closed when they are full, or have gathered for long enough.

use argosy_wire::batch::write_line;
use bytes::Bytes;
use tokio::{
    sync::mpsc,
    time::{Duration, Instant, timeout_at},
};

use crate::{config::BatchConfig, held::Place, window::Ticket};

/// A message as it came.
#[expect(clippy::struct_field_names, reason = "`received_at` is what the batch line calls it")]
#[derive(Debug)]
pub(crate) struct Received {
    /// What to acknowledge once it is committed; nothing for `QoS` 0.
    pub(crate) ticket: Option<Ticket>,
    /// The topic, which need not be valid.
    pub(crate) topic: Bytes,
    /// The payload.
    pub(crate) payload: Bytes,
    /// When it came, in milliseconds since 1970.
    pub(crate) received_at: i64,
    /// When it came.
    pub(crate) at: Instant,
    /// Its part of the room.
    pub(crate) place: Option<Place>,
}

/// Messages on their way to the API.
#[derive(Debug)]
pub(crate) struct Batch {
    /// As the API takes them.
    pub(crate) lines: Vec<u8>,
    /// Where each line ends.
    pub(crate) ends: Vec<usize>,
    /// What to acknowledge.
    pub(crate) tickets: Vec<Ticket>,
    /// When the oldest message came.
    pub(crate) oldest: Instant,
    /// The messages' parts of the room, given back with the batch.
    places: Option<Place>,
}

impl Batch {
    fn of(message: Received) -> Self {
        let (lines, ends, tickets) = (Vec::new(), Vec::new(), Vec::new());
        let mut batch = Self { lines, ends, tickets, oldest: message.at, places: None };
        batch.push(message);
        batch
    }

    fn push(&mut self, message: Received) {
        // A topic that is not UTF-8 breaks MQTT itself; the API refuses what it becomes here.
        let topic = String::from_utf8_lossy(&message.topic);
        write_line(&mut self.lines, &topic, message.received_at, &message.payload);
        self.ends.push(self.lines.len());
        self.tickets.extend(message.ticket);
        match (&mut self.places, message.place) {
            (Some(places), Some(place)) => places.merge(place),
            (places @ None, place) => *places = place,
            (Some(_), None) => {}
        }
    }

    fn is_full(&self, config: &BatchConfig) -> bool {
        self.ends.len() >= config.batch_messages as usize || self.lines.len() >= config.batch_bytes as usize
    }
}

/// The next batch; nothing once the queue has closed and is empty. It is full, or has gathered for so long.
pub(crate) async fn next(
    queue: &mut mpsc::Receiver<Received>,
    config: &BatchConfig,
    linger: Duration,
) -> Option<Batch> {
    let first = queue.recv().await?;
    let close_at = Instant::now() + linger;
    let mut batch = Batch::of(first);
    while !batch.is_full(config) {
        let message = match queue.try_recv() {
            Ok(message) => message,
            Err(_) => match timeout_at(close_at, queue.recv()).await {
                Ok(Some(message)) => message,
                Ok(None) | Err(_) => break,
            },
        };
        batch.push(message);
    }
    Some(batch)
}
