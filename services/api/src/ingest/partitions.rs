//! Makes sure that a day has its partitions before readings of that day are stored.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use chrono::NaiveDate;
use sqlx::PgPool;

use crate::db;

/// Knows which days have partitions. The maintenance task makes those of the coming days; late data needs older ones.
#[derive(Debug, Clone)]
pub(crate) struct Partitions {
    pool: PgPool,
    known: Arc<Mutex<HashSet<NaiveDate>>>,
}

impl Partitions {
    /// Knows nothing yet.
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool, known: Arc::default() }
    }

    /// Makes the partitions of these days (UTC) where they are missing.
    pub(crate) async fn ensure(&self, days: &[NaiveDate]) -> Result<(), sqlx::Error> {
        let missing: Vec<NaiveDate> = {
            let known = self.lock();
            days.iter().filter(|day| !known.contains(day)).copied().collect()
        };
        if missing.is_empty() {
            return Ok(());
        }
        let mut connection = self.pool.acquire().await?;
        for day in missing {
            db::batch::readings::ensure_day_partitions(&mut connection, day).await?;
            self.lock().insert(day);
        }
        Ok(())
    }

    /// Forgets what is known, because a partition turned out to be gone.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<NaiveDate>> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
