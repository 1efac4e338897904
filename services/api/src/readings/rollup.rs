//! Makes rollups behind ingestion.
//!
//! A batch marks the minutes it touches as dirty, in its own transaction. Here minutes are *claimed* (moved from dirty to
//! claimed) and then folded from their rows; but only once every transaction that ran at the claim has ended: one that found a
//! minute marked, and commits after the fold, would otherwise leave rows that no rollup has and no mark tells of.
//! Queries read rows for dirty and claimed minutes, so they are exact at every moment.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::fold::{Folds, add_values};
use crate::{db::rollups as tables, db::within, metrics};

/// Minutes claimed at once.
const CHUNK: i64 = 2_000;
/// How long to rest when there is nothing to do.
const IDLE: Duration = Duration::from_secs(2);
/// How long a round may take; its statements end by themselves before, unless the database is not there to end them.
const PATIENCE: Duration = Duration::from_mins(3);
/// Minutes that still fill up are left alone: they would be folded again and again.
const YOUNG: TimeDelta = TimeDelta::seconds(90);

/// Rolls up until `shutdown`. Several replicas may: they claim different minutes.
pub(crate) async fn run(pool: PgPool, shutdown: CancellationToken) {
    loop {
        let rest = match within(PATIENCE, roll_up_once(&pool, Utc::now() - YOUNG)).await {
            Ok(minutes) if minutes > 0 => Duration::ZERO,
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

/// Claims one chunk of minutes before `before`, and folds one chunk of those that have settled; returns how many it folded.
pub(crate) async fn roll_up_once(pool: &PgPool, before: DateTime<Utc>) -> Result<usize, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    tables::claim(&mut connection, before, CHUNK).await?;
    drop(connection);
    let mut transaction = pool.begin().await?;
    let minutes = tables::take_settled(&mut transaction, CHUNK).await?;
    if minutes.is_empty() {
        return Ok(0);
    }
    let mut folds: BTreeMap<(i64, DateTime<Utc>), Folds> =
        minutes.iter().map(|minute| (*minute, Folds::new())).collect();
    tables::for_each_reading(&mut transaction, &minutes, |minute, ts, values| {
        add_values(folds.entry(minute).or_default(), ts.timestamp_millis(), values, &[])
    })
    .await?;
    tables::replace(&mut transaction, &folds).await?;
    transaction.commit().await?;
    metrics::count_rollups(minutes.len());
    Ok(minutes.len())
}
