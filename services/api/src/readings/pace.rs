//! Work that stands back: after each short while of it, ingestion has the database and this process to itself for four times as long.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long work goes on before a rest: less than a message may wait.
const SLICE: Duration = Duration::from_millis(5);
/// How much longer than the work a rest is.
const REST: u32 = 4;
/// Work that goes on for longer does so without rests: a statement has to end before it is ended.
const PATIENCE: Duration = Duration::from_secs(15);

/// The pace of one round of work.
#[derive(Debug)]
pub(crate) struct Pace {
    began: Instant,
    rested: Instant,
}

impl Pace {
    /// Work begins now.
    pub(crate) fn begin() -> Self {
        let now = Instant::now();
        Self { began: now, rested: now }
    }

    /// Rests, where it is time to. PostgreSQL rests as well once the rows that it has ready are more than the connection holds.
    pub(crate) async fn keep(&mut self) {
        let worked = self.rested.elapsed();
        // Where PostgreSQL stood still, that looks like work.
        let patience = PATIENCE.saturating_sub(self.began.elapsed());
        if worked >= SLICE && !patience.is_zero() {
            sleep((worked * REST).min(patience)).await;
            self.rested = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn rests_are_longer_than_work_until_that_takes_too_long() {
        let mut pace = Pace::begin();
        let began = Instant::now();
        for _ in 0..100 {
            tokio::time::advance(SLICE).await;
            pace.keep().await;
        }
        assert_eq!(began.elapsed(), SLICE * 100 * (1 + REST));
        tokio::time::advance(PATIENCE / 2).await;
        pace.keep().await;
        assert_eq!(began.elapsed(), PATIENCE);
        tokio::time::advance(PATIENCE).await;
        let before = Instant::now();
        pace.keep().await;
        assert_eq!(before.elapsed(), Duration::ZERO);
    }
}
