//! The time from a device's publishing to the commit of its row, by PostgreSQL's own record of commits.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use crate::{child::Client, scenario::argosy::settle, stack::Stack};

/// Milliseconds from publishing to commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Latency {
    /// Messages a second.
    pub(crate) rate: f64,
    /// Rows that were looked at.
    pub(crate) rows: i64,
    /// Half of them were faster.
    pub(crate) p50: f64,
    /// 99 of 100 were faster.
    pub(crate) p99: f64,
    /// 999 of 1000 were faster.
    pub(crate) p999: f64,
}

/// Makes PostgreSQL remember when transactions committed.
pub(crate) async fn prepare(stack: &mut Stack) -> anyhow::Result<()> {
    sqlx::query("alter system set track_commit_timestamp = on").execute(&stack.pool).await?;
    stack.postgres.stop().await?;
    stack.postgres.start().await?;
    Ok(())
}

/// Publishes at `rate` for `time`, after `warm_up`, which does not count: rollups have to do with what came at this rate, not before.
pub(crate) async fn measure(
    stack: &Stack,
    devices: u32,
    rate: f64,
    warm_up: Duration,
    time: Duration,
) -> anyhow::Result<Latency> {
    let mut publishers = Client::publishers(stack.plain_port, devices, &[format!("--rate={rate}")])?;
    publishers.allow(u64::MAX / 2).await?;
    tokio::time::sleep(warm_up + time).await;
    drop(publishers);
    settle(stack).await?;
    let row = sqlx::query(
        "select count(*), percentile_cont(array[0.5, 0.99, 0.999]) within group (order by ms) as p from (
            select extract(epoch from pg_xact_commit_timestamp(xmin) - ts)::float8 * 1000 as ms
            from readings
            where ts > (select max(ts) from readings) - make_interval(secs => $1)
         ) waits",
    )
    .bind(time.as_secs_f64())
    .fetch_one(&stack.pool)
    .await?;
    let percentiles: Vec<f64> = row.get(1);
    Ok(Latency { rate, rows: row.get(0), p50: percentiles[0], p99: percentiles[1], p999: percentiles[2] })
}
