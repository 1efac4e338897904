//! Makes rollups behind ingestion.
//!
//! A batch marks the minutes it touches as dirty, in its own transaction. Here minutes are *claimed* (moved from dirty to
//! claimed) and then folded from their rows; but only once every transaction that ran at the claim has ended: one that found a
//! minute marked, and commits after the fold, would otherwise leave rows that no rollup has and no mark tells of.
//! Queries read rows for dirty and claimed minutes, so they are exact at every moment.

use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{
    fold::{Folds, add_values},
    pace::Pace,
};
use crate::{db::rollups as tables, db::within, metrics};

/// Minutes claimed and folded at once, at first and at the most.
const CHUNK: RangeInclusive<i64> = 16..=2_000;
/// How long that shall take, rests included.
const ROUND: Duration = Duration::from_millis(500);
/// How long to rest after a round.
const BREAK: Duration = Duration::from_millis(20);
/// How long to rest when there is nothing to do.
const IDLE: Duration = Duration::from_secs(2);
/// How long a round may take; its statements end by themselves before, unless the database is not there to end them.
const PATIENCE: Duration = Duration::from_mins(3);
/// Minutes that still fill up are left alone: they would be folded again and again.
const YOUNG: TimeDelta = TimeDelta::seconds(90);

/// Rolls up until `shutdown`. Several replicas may: they claim different minutes.
pub(crate) async fn run(pool: PgPool, shutdown: CancellationToken) {
    let mut chunk = *CHUNK.start();
    loop {
        let started = Instant::now();
        let rest = match within(PATIENCE, roll_up_once(&pool, Utc::now() - YOUNG, chunk)).await {
            Ok(minutes) if minutes > 0 => {
                chunk = next_chunk(chunk, started.elapsed());
                BREAK
            }
            Ok(_) => IDLE,
            Err(error) => {
                tracing::warn!(%error, "Rollups stopped for a moment; queries read rows instead.");
                IDLE
            }
        };
        if tokio::time::timeout(rest, shutdown.cancelled()).await.is_ok() || shutdown.is_cancelled() {
            return;
        }
    }
}

/// How many minutes to take after as many as `chunk` took so long: a minute may have one row or a hundred thousand.
fn next_chunk(chunk: i64, took: Duration) -> i64 {
    let next = if took < ROUND / 2 {
        chunk * 2
    } else if took > ROUND {
        chunk / 2
    } else {
        chunk
    };
    next.clamp(1, *CHUNK.end())
}

/// Claims up to `chunk` minutes before `before`, and folds as many of those that have settled; returns how many it folded.
async fn roll_up_once(pool: &PgPool, before: DateTime<Utc>, chunk: i64) -> Result<usize, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    tables::claim(&mut connection, before, chunk).await?;
    drop(connection);
    let mut transaction = pool.begin().await?;
    let minutes = tables::take_settled(&mut transaction, chunk).await?;
    if minutes.is_empty() {
        return Ok(0);
    }
    let mut folds: BTreeMap<(i64, DateTime<Utc>), Folds> =
        minutes.iter().map(|minute| (*minute, Folds::new())).collect();
    tables::for_each_reading(&mut transaction, &minutes, &mut Pace::begin(), |minute, ts, values| {
        add_values(folds.entry(minute).or_default(), ts.timestamp_millis(), values, &[])
    })
    .await?;
    tables::replace(&mut transaction, &folds).await?;
    transaction.commit().await?;
    metrics::count_rollups(minutes.len());
    Ok(minutes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_take_about_as_long_whatever_is_in_a_minute() {
        let fold = |chunk: i64, minute: Duration| next_chunk(chunk, minute * u32::try_from(chunk).unwrap());
        let settle = |minute| (0..20).fold(*CHUNK.start(), |chunk, _| fold(chunk, minute));
        assert_eq!(settle(Duration::from_micros(1)), *CHUNK.end());
        assert!((200..=500).contains(&settle(Duration::from_millis(1))));
        assert_eq!(settle(Duration::from_secs(5)), 1);
    }
}
