//! A session that locks devices against the order, so that PostgreSQL has to end a batch of the API.
//!
//! A batch that waits for one of our devices has to hold another one that we want then. Batches of a fleet that is well are of
//! one or two devices, so they are held up first, until what gathers behind them is of many.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};
use tokio::time::{Instant, sleep};

use super::World;

/// How many deadlocks are enough.
const ENOUGH: i64 = 2;
/// How often it is tried at the most: somebody's batches may be elsewhere at the moment.
const TRIES: usize = 5;
/// How long messages gather: shorter than `deadlock_timeout`, so that the batches that wait meanwhile are not looked at yet.
const GATHER: Duration = Duration::from_millis(600);
/// How long it may take until a batch waits for us.
const COME: Duration = Duration::from_secs(3);
/// Shorter than `deadlock_timeout` too: PostgreSQL looks once at each session that waits, when it has waited for so long.
const LOOK: Duration = Duration::from_millis(50);

impl World {
    /// Locks devices against the order until PostgreSQL ends the other side, some times over; how often it did.
    pub(crate) async fn provoke_deadlocks(&self) -> anyhow::Result<i64> {
        let mut sessions = [self.session().await?, self.session().await?, self.session().await?];
        let ours = &mut sessions[0];
        // The other side looks for a deadlock first, and so is the one that is ended.
        sqlx::raw_sql("set deadlock_timeout = '20s'; set lock_timeout = '4s'").execute(&mut *ours).await?;
        let last = "select percentile_disc(0.75) within group (order by device_id) from latest_values";
        let last: Option<i64> = sqlx::query_scalar(last).fetch_one(&mut *ours).await?;
        let last = last.context("there are no devices")?;
        let before = deadlocks(ours).await?;
        let mut ended = 0;
        for _ in 0..TRIES {
            lock_against_the_order(&mut sessions, last).await?;
            ended = deadlocks(&mut sessions[0]).await? - before;
            if ended >= ENOUGH {
                break;
            }
        }
        Ok(ended)
    }
}

/// Holds the devices after `last`, then wants those up to it, which batches hold that wait for the devices after it.
async fn lock_against_the_order(
    [ours, other, watcher]: &mut [PgConnection; 3],
    last: i64,
) -> Result<(), sqlx::Error> {
    // In their order: whoever holds some of them will be done with them.
    let mut gathering = other.begin().await?;
    let first = "select 1 from latest_values where device_id <= $1 order by device_id for update";
    sqlx::query(first).bind(last).execute(&mut *gathering).await?;
    let mut transaction = ours.begin().await?;
    let rest = "select 1 from latest_values where device_id > $1 order by device_id for update";
    sqlx::query(rest).bind(last).execute(&mut *transaction).await?;
    sleep(GATHER).await;
    let ourselves: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *transaction).await?;
    // Outside of `gathering`, which would see this once and no change of it.
    let before = waiting(watcher, ourselves).await?;
    gathering.rollback().await?;
    // Those that come to wait for us now are of what has gathered, and hold devices up to the last.
    let start = Instant::now();
    while start.elapsed() < COME && waiting(watcher, ourselves).await? <= before {
        sleep(LOOK).await;
    }
    let wanted = "select 1 from latest_values where device_id <= $1 order by device_id desc for update";
    // Ended ourselves, we try again.
    let _ = sqlx::query(wanted).bind(last).execute(&mut *transaction).await;
    let _ = transaction.rollback().await;
    Ok(())
}

/// How many batches wait for the session of this number. Asked of a session without a transaction, which would see no change.
async fn waiting(session: &mut PgConnection, number: i32) -> Result<i64, sqlx::Error> {
    let count = "select count(*) from pg_stat_activity
        where application_name = 'argosy-api' and $1 = any(pg_blocking_pids(pid))";
    sqlx::query_scalar(count).bind(number).fetch_one(session).await
}

/// How many deadlocks PostgreSQL has ended in all. Its statistics come a moment late.
async fn deadlocks(session: &mut PgConnection) -> anyhow::Result<i64> {
    sleep(Duration::from_millis(1200)).await;
    let count = "select deadlocks from pg_stat_database where datname = current_database()";
    Ok(sqlx::query_scalar(count).fetch_one(session).await?)
}
