//! The live tail: what was stored a moment ago, handed to whoever watches.
//!
//! Writers never wait: a reader that falls behind is told that it missed something. The last batches are kept for readers who
//! come back with the id they last saw.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use argosy_wire::api::stream::StreamEvent;
use tokio::sync::broadcast;

/// Batches that a reader may be behind.
const BACKLOG: usize = 256;
/// Batches kept for readers who come back.
const KEPT: usize = 512;
/// How long batches are kept when nobody watches any more: the time a browser needs to come back.
const WANTED_FOR: Duration = Duration::from_secs(60);

/// Events of one fleet that became visible together.
#[derive(Debug, Clone)]
pub(crate) struct FleetEvents {
    /// The fleet.
    pub(crate) fleet_id: i64,
    /// What happened, in order.
    pub(crate) events: Arc<[StreamEvent]>,
}

/// A batch of events with its place in the tail.
#[derive(Debug, Clone)]
pub(crate) struct Delivered {
    /// Its place: what a reader gives back to go on from here.
    pub(crate) id: EventId,
    /// The batch.
    pub(crate) batch: FleetEvents,
}

/// A place in the tail of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventId {
    /// When the process started, in milliseconds since 1970: places of another process mean nothing here.
    epoch: u64,
    /// Counts batches.
    number: u64,
}

impl std::fmt::Display for EventId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}-{}", self.epoch, self.number)
    }
}

impl std::str::FromStr for EventId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, number) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self { epoch: epoch.parse()?, number: number.parse()? })
    }
}

/// What a reader missed before it came back.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// What is still kept, in order.
    pub(crate) kept: Vec<Delivered>,
    /// Whether there was more.
    pub(crate) is_incomplete: bool,
}

/// Hands events from writers to readers.
#[derive(Debug, Clone)]
pub(crate) struct LiveTail {
    sender: broadcast::Sender<Delivered>,
    recent: Arc<Mutex<Recent>>,
    /// Seconds since 1970 until which somebody may come back.
    wanted_until: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Recent {
    next: EventId,
    kept: VecDeque<Delivered>,
}

impl LiveTail {
    /// A live tail without readers.
    pub(crate) fn new() -> Self {
        let epoch = u64::try_from(since_1970().as_millis()).unwrap_or_default();
        let next = EventId { epoch, number: 1 };
        Self {
            sender: broadcast::channel(BACKLOG).0,
            recent: Arc::new(Mutex::new(Recent { next, kept: VecDeque::new() })),
            wanted_until: Arc::default(),
        }
    }

    /// Whether building a fleet's events is worth the work.
    pub(crate) fn is_wanted(&self, _fleet_id: i64) -> bool {
        self.sender.receiver_count() > 0 || since_1970().as_secs() < self.wanted_until.load(Ordering::Relaxed)
    }

    /// Hands over what was committed.
    pub(crate) fn publish(&self, batch: FleetEvents) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let delivered = Delivered { id: recent.next, batch };
        recent.next.number += 1;
        recent.kept.push_back(delivered.clone());
        if recent.kept.len() > KEPT {
            recent.kept.pop_front();
        }
        // Under the lock, so that everybody sees the same order. No reader is no error.
        let _ = self.sender.send(delivered);
    }

    /// Everything published from now on; and since `last` where a reader comes back.
    pub(crate) fn subscribe(&self, last: Option<EventId>) -> (broadcast::Receiver<Delivered>, Resumed) {
        let until = since_1970() + WANTED_FOR;
        self.wanted_until.fetch_max(until.as_secs(), Ordering::Relaxed);
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.sender.subscribe();
        let Some(last) = last else { return (receiver, Resumed { kept: Vec::new(), is_incomplete: false }) };
        let kept: Vec<Delivered> = recent.kept.iter().filter(|kept| kept.id > last).cloned().collect();
        let is_known = last.epoch == recent.next.epoch
            && (last.number + 1 == recent.next.number
                || recent.kept.front().is_some_and(|first| first.id.number <= last.number + 1));
        let kept = if last.epoch == recent.next.epoch { kept } else { Vec::new() };
        (receiver, Resumed { kept, is_incomplete: !is_known })
    }

    /// Keeps the tail wanted for readers who are here now and may come back.
    pub(crate) fn touch(&self) {
        self.wanted_until.fetch_max((since_1970() + WANTED_FOR).as_secs(), Ordering::Relaxed);
    }
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(fleet_id: i64) -> FleetEvents {
        FleetEvents { fleet_id, events: Arc::new([StreamEvent::Missed { count: 0 }]) }
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let tail = LiveTail::new();
        for fleet in 0..3 {
            tail.publish(batch(fleet));
        }
        let first = tail.recent.lock().unwrap().kept[0].id;
        let (_receiver, resumed) = tail.subscribe(Some(first));
        assert_eq!(resumed.kept.len(), 2);
        assert!(!resumed.is_incomplete);
        let foreign = EventId { epoch: 1, number: 1 };
        assert!(tail.subscribe(Some(foreign)).1.is_incomplete);
        for fleet in 0..600 {
            tail.publish(batch(fleet));
        }
        assert!(tail.subscribe(Some(first)).1.is_incomplete);
    }
}
