//! Receipts on their way to devices: at most one a device and boot in an interval, the newest state of it.

use std::{
    collections::{HashMap, VecDeque, hash_map},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use argosy_wire::{DeviceName, FleetName, batch::IngestReceipt, receipt::Receipt, topic::receipt_topic};
use tokio::{sync::Notify, time::Instant};

use crate::metrics;

/// Boots of devices that receipts are held for: some 30 MB at the most. What comes beyond is dropped; its device will ask again
/// by repeating its messages.
const MOST: usize = 100_000;

/// Receipts that are to be published. Cheap to clone; clones are one. Nobody who adds to it ever waits.
#[derive(Debug, Clone)]
pub(crate) struct Receipts(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    interval: Duration,
    held: Mutex<Held>,
    added: Notify,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stream {
    fleet: FleetName,
    device: DeviceName,
    boot: i64,
}

/// Every stream that is held stands in one of the queues.
#[derive(Debug, Default)]
struct Held {
    /// What is to be said; nothing where all was said within the interval.
    streams: HashMap<Stream, Option<Receipt>>,
    /// Those that may be told at once.
    ready: VecDeque<Stream>,
    /// Those that were told, until they may be told again.
    resting: VecDeque<(Instant, Stream)>,
}

impl Receipts {
    /// Room for receipts, each published at most once in this time.
    pub(crate) fn new(interval: Duration) -> Self {
        Self(Arc::new(Shared { interval, held: Mutex::default(), added: Notify::new() }))
    }

    /// Takes what was committed.
    pub(crate) fn add(&self, receipts: Vec<IngestReceipt>) {
        if receipts.is_empty() {
            return;
        }
        let dropped = self.held().add(receipts, MOST);
        if dropped > 0 {
            metrics::receipts_dropped(dropped);
        }
        self.0.added.notify_one();
    }

    /// Returns when something was added.
    pub(crate) async fn added(&self) {
        self.0.added.notified().await;
    }

    /// Gives what is due at `now` to `publish`, until that takes no more, and says when to come back.
    pub(crate) fn publish_due(
        &self,
        now: Instant,
        publish: impl FnMut(String, Vec<u8>) -> bool,
    ) -> Option<Instant> {
        self.held().publish_due(now, self.0.interval, publish)
    }

    /// The same for everything, due or not; returns whether all of it was taken.
    pub(crate) fn publish_all(&self, publish: impl FnMut(String, Vec<u8>) -> bool) -> bool {
        let mut held = self.held();
        let end = Instant::now() + self.0.interval;
        held.publish_due(end, self.0.interval, publish);
        held.ready.is_empty()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Returns how many there was no room for.
    fn add(&mut self, receipts: Vec<IngestReceipt>, most: usize) -> u64 {
        let mut dropped = 0;
        for IngestReceipt { fleet, device, receipt } in receipts {
            let stream = Stream { fleet, device, boot: receipt.boot };
            let is_full = self.streams.len() >= most;
            match self.streams.entry(stream) {
                hash_map::Entry::Occupied(mut entry) => match entry.get_mut() {
                    Some(held) => held.merge(receipt),
                    nothing => *nothing = Some(receipt),
                },
                hash_map::Entry::Vacant(_) if is_full => dropped += 1,
                hash_map::Entry::Vacant(entry) => {
                    self.ready.push_back(entry.key().clone());
                    entry.insert(Some(receipt));
                }
            }
        }
        dropped
    }

    fn publish_due(
        &mut self,
        now: Instant,
        interval: Duration,
        mut publish: impl FnMut(String, Vec<u8>) -> bool,
    ) -> Option<Instant> {
        while self.resting.front().is_some_and(|(until, _)| *until <= now) {
            let Some((_, stream)) = self.resting.pop_front() else { break };
            if self.streams.get(&stream).is_some_and(Option::is_some) {
                self.ready.push_back(stream);
            } else {
                self.streams.remove(&stream);
            }
        }
        while let Some(stream) = self.ready.front() {
            let receipt = self.streams.get(stream).and_then(Option::as_ref);
            let payload = receipt.and_then(|receipt| serde_json::to_vec(receipt).ok()).unwrap_or_default();
            if !publish(receipt_topic(&stream.fleet, &stream.device), payload) {
                break;
            }
            let Some(stream) = self.ready.pop_front() else { break };
            self.streams.insert(stream.clone(), None);
            self.resting.push_back((now + interval, stream));
        }
        self.resting.front().map(|(until, _)| *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn receipt(device: &str, through: i64) -> IngestReceipt {
        let receipt = Receipt::new(7, through, [], []);
        IngestReceipt { fleet: "demo".parse().unwrap(), device: device.parse().unwrap(), receipt }
    }

    /// What is published at `now`, at most so many.
    fn published(held: &mut Held, now: Instant, most: usize) -> Vec<String> {
        let mut said = Vec::new();
        held.publish_due(now, SECOND, |topic, payload| {
            let takes = said.len() < most;
            if takes {
                said.push(format!("{topic} {}", String::from_utf8(payload).unwrap()));
            }
            takes
        });
        said
    }

    #[test]
    fn a_device_is_told_at_once_and_then_the_newest_once_a_second() {
        let (mut held, start) = (Held::default(), Instant::now());
        held.add(vec![receipt("a", 1)], MOST);
        assert_eq!(published(&mut held, start, 9), [r#"v1/demo/a/receipt {"boot":7,"through":1}"#]);
        held.add(vec![receipt("a", 3), receipt("b", 1)], MOST);
        held.add(vec![receipt("a", 2)], MOST);
        let soon = start + SECOND / 2;
        assert_eq!(published(&mut held, soon, 9), [r#"v1/demo/b/receipt {"boot":7,"through":1}"#]);
        assert_eq!(published(&mut held, start + SECOND, 9), [r#"v1/demo/a/receipt {"boot":7,"through":3}"#]);
        // Who is silent is forgotten.
        assert!(published(&mut held, start + 3 * SECOND, 9).is_empty());
        assert!(held.streams.is_empty() && held.resting.is_empty());
    }

    #[test]
    fn what_is_not_taken_waits_and_what_has_no_room_is_dropped() {
        let (mut held, start) = (Held::default(), Instant::now());
        let names = ["a", "b", "c"];
        assert_eq!(held.add(names.map(|name| receipt(name, 1)).into(), 2), 1);
        assert_eq!(published(&mut held, start, 1).len(), 1);
        // One that is held already needs no room.
        assert_eq!(held.add(vec![receipt("b", 2)], 2), 0);
        assert_eq!(published(&mut held, start, 9), [r#"v1/demo/b/receipt {"boot":7,"through":2}"#]);
        assert_eq!(published(&mut held, start + SECOND, 9), [""; 0]);
    }
}
