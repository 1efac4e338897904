//! From the commit to the tails: a bounded queue, and the task that empties it.
//!
//! Whoever commits never waits. What does not fit into the queue is left out, counted, and told to readers in its place.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    events::{Chunk, Events},
    shared::SharedTail,
    tail::Tails,
};
use crate::metrics;

/// Kibibytes that may wait.
const QUEUE_KIBIBYTES: usize = 16 * 1024;
/// Batches that may wait.
const QUEUE_BATCHES: usize = 10_000;
/// Batches taken at once.
const TAKEN: usize = 256;

struct Queued {
    fleet_id: i64,
    chunks: Vec<Chunk>,
    _room: OwnedSemaphorePermit,
}

/// Events left out for lack of room, by fleet.
type LeftOut = Arc<Mutex<HashMap<i64, u64>>>;

/// The end where events are handed over. Cheap to clone.
#[derive(Clone)]
pub(super) struct Queue {
    sender: mpsc::Sender<Queued>,
    room: Arc<Semaphore>,
    left_out: LeftOut,
}

/// The other end.
pub(super) struct Publisher {
    receiver: mpsc::Receiver<Queued>,
    left_out: LeftOut,
    shared: Option<SharedTail>,
    tails: Arc<Tails>,
    /// Events that are not in the shared tail, by fleet: readers are told with the next ones that are.
    owed: HashMap<i64, u64>,
}

/// An empty queue to the tails.
pub(super) fn queue(shared: Option<SharedTail>, tails: Arc<Tails>) -> (Queue, Publisher) {
    let (sender, receiver) = mpsc::channel(QUEUE_BATCHES);
    let left_out = LeftOut::default();
    let queue =
        Queue { sender, room: Arc::new(Semaphore::new(QUEUE_KIBIBYTES)), left_out: Arc::clone(&left_out) };
    (queue, Publisher { receiver, left_out, shared, tails, owed: HashMap::new() })
}

impl Queue {
    /// Hands over events, or leaves them out where there is no room.
    pub(super) fn push(&self, fleet_id: i64, events: Events) {
        let chunks = events.into_chunks();
        let count: u64 = chunks.iter().map(|chunk| chunk.count).sum();
        let bytes: usize = chunks.iter().map(|chunk| chunk.text.len()).sum();
        if count == 0 {
            return;
        }
        let kibibytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let is_queued = Arc::clone(&self.room)
            .try_acquire_many_owned(kibibytes)
            .is_ok_and(|room| self.sender.try_send(Queued { fleet_id, chunks, _room: room }).is_ok());
        if !is_queued {
            metrics::count_left_out(count);
            let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
            *left_out.entry(fleet_id).or_default() += count;
        }
    }
}

impl Publisher {
    /// Publishes until `closing`, and then what still waits.
    pub(super) async fn run(mut self, closing: CancellationToken) {
        let mut batches = Vec::new();
        loop {
            tokio::select! {
                () = closing.cancelled(), if !self.receiver.is_closed() => self.receiver.close(),
                taken = self.receiver.recv_many(&mut batches, TAKEN) => {
                    if taken == 0 {
                        return;
                    }
                    self.publish(&mut batches).await;
                }
            }
        }
    }

    async fn publish(&mut self, batches: &mut Vec<Queued>) {
        let mut rooms = Vec::with_capacity(batches.len());
        let mut by_fleet: BTreeMap<i64, Vec<Chunk>> = BTreeMap::new();
        for Queued { fleet_id, chunks, _room: room } in batches.drain(..) {
            by_fleet.entry(fleet_id).or_default().extend(chunks);
            rooms.push(room);
        }
        for (fleet_id, chunks) in by_fleet {
            let left_out = {
                let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
                left_out.remove(&fleet_id).unwrap_or_default()
            };
            self.publish_to(fleet_id, left_out, chunks).await;
        }
    }

    async fn publish_to(&mut self, fleet_id: i64, left_out: u64, chunks: Vec<Chunk>) {
        let count: u64 = chunks.iter().map(|chunk| chunk.count).sum();
        if let Some(shared) = &self.shared {
            let owed = self.owed.remove(&fleet_id).unwrap_or_default() + left_out;
            if shared.add(fleet_id, owed, &chunks).await {
                metrics::count_live_events("shared", count);
                return;
            }
            self.owed.insert(fleet_id, owed + count);
        }
        if let Some(tail) = self.tails.get(fleet_id) {
            metrics::count_live_events("local", count);
            tail.push_local(left_out, chunks);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;
    use crate::live::ring::Item;

    fn events(bytes: usize) -> Events {
        let mut events = Events::default();
        events.push_reading("a", Utc::now(), Utc::now(), &format!("{{\"v\":\"{}\"}}", "x".repeat(bytes)));
        events
    }

    #[tokio::test]
    async fn what_finds_no_room_is_told_in_its_place() {
        let tails = Arc::new(Tails::new(64 * 1024 * 1024));
        let (queue, publisher) = queue(None, Arc::clone(&tails));
        let (tail, _receiver, is_new) = tails.open(7);
        assert!(is_new);
        for _ in 0..20 {
            queue.push(7, events(1024 * 1024));
        }
        queue.push(7, events(10));
        let closing = CancellationToken::new();
        let running = tokio::spawn(publisher.run(closing.clone()));
        argosy_testkit::eventually(std::time::Duration::from_secs(10), async || {
            anyhow::ensure!(queue.room.available_permits() == QUEUE_KIBIBYTES);
            Ok(())
        })
        .await;
        queue.push(7, events(10));
        closing.cancel();
        running.await.unwrap();
        let (_, items) = tail.ring().read(0, 100);
        let Some(Item::Entry(last)) = items.last() else { panic!("{items:?}") };
        assert_eq!((items.len(), last.last.number), (17, 22), "five of 1 MiB found no room");
    }
}
