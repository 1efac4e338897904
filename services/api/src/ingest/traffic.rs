//! Counts what comes in, by fleet and ten seconds, and writes the counts behind the commits.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::db;

/// The length of a slot, in seconds.
pub(crate) const SLOT_SECONDS: i64 = 10;
/// How often counts are written.
const FLUSH_INTERVAL: Duration = Duration::from_secs(2);
/// How long writing may take: longer than a statement lasts.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(40);
/// Slots kept while the database is away; older ones are given up. This is a statistic, not the truth.
const MAX_SLOTS: usize = 10_000;

/// What came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Messages stored.
    pub(crate) messages: i64,
    /// Points stored.
    pub(crate) points: i64,
    /// Messages that were stored already.
    pub(crate) duplicates: i64,
    /// Messages that became dead letters.
    pub(crate) dead_letters: i64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.points += other.points;
        self.duplicates += other.duplicates;
        self.dead_letters += other.dead_letters;
    }
}

type Slots = BTreeMap<(i64, i64), Counts>;

/// Counts by fleet and slot. Cheap to clone; clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    slots: Arc<Mutex<Slots>>,
}

impl Traffic {
    /// Counts what came in for a fleet.
    pub(crate) fn add(&self, fleet_id: i64, at: DateTime<Utc>, counts: Counts) {
        let slot = at.timestamp().div_euclid(SLOT_SECONDS) * SLOT_SECONDS;
        self.lock().entry((fleet_id, slot)).or_default().add(counts);
    }

    /// Writes the counts every few seconds until `shutdown`, and then once more.
    pub(crate) async fn flush_until(self, pool: PgPool, shutdown: CancellationToken) {
        loop {
            let stop = tokio::time::timeout(FLUSH_INTERVAL, shutdown.cancelled()).await.is_ok();
            self.flush(&pool).await;
            if stop {
                return;
            }
        }
    }

    async fn flush(&self, pool: &PgPool) {
        let slots = mem::take(&mut *self.lock());
        if slots.is_empty() {
            return;
        }
        let written = async {
            let mut connection = pool.acquire().await?;
            db::batch::traffic::add_traffic(&mut connection, &slots).await
        };
        if let Err(error) = db::within(FLUSH_TIMEOUT, written).await {
            tracing::warn!(%error, "Traffic counts could not be written; they are kept for the next try.");
            self.put_back(slots);
        }
    }

    fn put_back(&self, slots: Slots) {
        let mut current = self.lock();
        for (key, counts) in slots {
            current.entry(key).or_default().add(counts);
        }
        while current.len() > MAX_SLOTS {
            current.pop_first();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
