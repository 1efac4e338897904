//! The tails of the fleets that are watched at this replica.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    events::{Chunk, Entry},
    ring::Ring,
};

/// The memory that all tails of this replica share.
#[derive(Debug)]
struct Budget {
    bytes: usize,
    tails: AtomicUsize,
}

/// One fleet's tail.
#[derive(Debug)]
pub(super) struct FleetTail {
    /// The fleet.
    pub(super) fleet_id: i64,
    ring: Mutex<Ring>,
    changed: watch::Sender<()>,
    budget: Arc<Budget>,
    /// Cancelled once it is known where the tail stands: what is committed from then on is in it.
    pub(super) standing: CancellationToken,
}

impl FleetTail {
    /// Looks at what is remembered.
    pub(super) fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what came from the shared tail.
    pub(super) fn push(&self, entries: Vec<Entry>) {
        let limit = self.limit();
        let mut ring = self.ring();
        for entry in entries {
            ring.push(entry, limit);
        }
        drop(ring);
        self.changed.send_replace(());
    }

    /// Adds what goes to this replica's readers alone, after `left_out` events that go to nobody.
    pub(super) fn push_local(&self, mut left_out: u64, chunks: Vec<Chunk>) {
        let limit = self.limit();
        let mut ring = self.ring();
        for chunk in chunks {
            ring.push_local(std::mem::take(&mut left_out), chunk, limit);
        }
        drop(ring);
        self.changed.send_replace(());
    }

    /// Tells readers that other replicas' events may be missing.
    pub(super) fn interrupt(&self) {
        self.ring().interrupt();
        self.changed.send_replace(());
    }

    /// Hears of changes from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Whether anybody hears.
    pub(super) fn is_watched(&self) -> bool {
        self.changed.receiver_count() > 0
    }

    fn limit(&self) -> usize {
        self.budget.bytes / self.budget.tails.load(Ordering::Relaxed).max(1)
    }
}

/// The tails by fleet.
#[derive(Debug)]
pub(super) struct Tails {
    by_fleet: Mutex<HashMap<i64, Arc<FleetTail>>>,
    budget: Arc<Budget>,
}

impl Tails {
    /// No tails yet, in this much memory.
    pub(super) fn new(bytes: usize) -> Self {
        Self { by_fleet: Mutex::default(), budget: Arc::new(Budget { bytes, tails: AtomicUsize::new(0) }) }
    }

    /// A fleet's tail, where it is watched.
    pub(super) fn get(&self, fleet_id: i64) -> Option<Arc<FleetTail>> {
        self.lock().get(&fleet_id).cloned()
    }

    /// A fleet's tail, with a receiver that keeps it; and whether it is new, so that somebody has to follow it.
    pub(super) fn open(&self, fleet_id: i64) -> (Arc<FleetTail>, watch::Receiver<()>, bool) {
        let mut tails = self.lock();
        if let Some(tail) = tails.get(&fleet_id) {
            return (Arc::clone(tail), tail.subscribe(), false);
        }
        let tail = Arc::new(FleetTail {
            fleet_id,
            ring: Mutex::new(Ring::new()),
            changed: watch::Sender::new(()),
            budget: Arc::clone(&self.budget),
            standing: CancellationToken::new(),
        });
        tails.insert(fleet_id, Arc::clone(&tail));
        self.budget.tails.store(tails.len(), Ordering::Relaxed);
        (Arc::clone(&tail), tail.subscribe(), true)
    }

    /// Forgets a tail that nobody watches. Whether it did.
    pub(super) fn close(&self, tail: &FleetTail) -> bool {
        let mut tails = self.lock();
        if tail.is_watched() {
            return false;
        }
        tails.remove(&tail.fleet_id);
        self.budget.tails.store(tails.len(), Ordering::Relaxed);
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Arc<FleetTail>>> {
        self.by_fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
