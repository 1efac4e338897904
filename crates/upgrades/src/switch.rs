//! The switch-over: the same steps either way, in seconds, without a row lost.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde::Serialize;
use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

use crate::{
    database::{Database, OURSELVES, execute},
    partitions, replication,
    rows::Snapshot,
    schema, sequences,
    world::World,
};

/// How far the new server may be behind before the fence.
const NEARLY: Duration = Duration::from_secs(30);
/// How long it may then take until it has everything: all the while nobody writes.
const CATCH_UP: Duration = Duration::from_secs(10);
/// How long a transaction that has begun may take to end by itself.
const GRACE: Duration = Duration::from_millis(500);
/// How often it is looked whether sessions have ended.
const LOOK: Duration = Duration::from_millis(5);

/// Steps that are left out, so that what they are for is seen to fail.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Without {
    /// Nobody waits for the new server.
    pub(crate) wait: bool,
    /// Sequences stay where they are.
    pub(crate) sequences: bool,
}

/// How long each part took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Steps {
    /// Until no session could write.
    pub(crate) fence: u64,
    /// Until the new server had everything.
    pub(crate) catch_up: u64,
    /// Until sequences were set, and the way back was laid.
    pub(crate) turn: u64,
    /// From the fence until the address had moved.
    pub(crate) all: u64,
}

/// What a switch-over did.
#[derive(Debug)]
pub(crate) struct Switched {
    /// When the fence began.
    pub(crate) from: Instant,
    /// Its steps.
    pub(crate) steps: Steps,
    /// Sequences that were set.
    pub(crate) sequences: usize,
    /// What both servers had when nobody wrote.
    pub(crate) snapshots: (Snapshot, Snapshot),
}

/// Moves the database from `old`, which `new` follows, to `new`, which `old` follows then.
///
/// # Errors
/// Where a step is refused or takes too long. Up to the last, that is undone: `old` is written to again.
pub(crate) async fn switch_over(
    world: &World,
    old: &Database,
    new: &Database,
    without: Without,
) -> anyhow::Result<Switched> {
    let (mut at_old, mut at_new) = (old.session().await?, new.session().await?);
    // Statistics are not replicated: without them the first minutes would be slow.
    execute(&mut at_new, "analyze").await?;
    replication::publish(&mut at_new).await?;
    if !without.wait {
        let position = replication::position(&mut at_old).await?;
        replication::reached(&mut at_old, old, &position, NEARLY).await?;
    }
    let differences = schema::differences(&mut at_old, &mut at_new).await?;
    ensure!(
        differences.is_empty(),
        "the schemas differ, and nothing was switched: {}",
        differences.join("; ")
    );
    let from = Instant::now();
    let turned = turn(old, new, &mut at_old, &mut at_new, without, from).await;
    let (mut steps, sequences, snapshots) = match turned {
        Ok(turned) => turned,
        Err(error) => {
            lift_fence(&mut at_old).await.context("the fence could not be lifted")?;
            return Err(error.context(format!("{} is written to as before", old.name)));
        }
    };
    world.endpoint.targets().become_only(new.port);
    world.endpoint.cut();
    steps.all = milliseconds(from);
    Ok(Switched { from, steps, sequences, snapshots })
}

/// Everything between the fence and the address.
async fn turn(
    old: &Database,
    new: &Database,
    at_old: &mut PgConnection,
    at_new: &mut PgConnection,
    without: Without,
    from: Instant,
) -> anyhow::Result<(Steps, usize, (Snapshot, Snapshot))> {
    let mut steps = Steps::default();
    fence(at_old).await?;
    steps.fence = milliseconds(from);
    let since = Instant::now();
    if !without.wait {
        partitions::follow_once(at_old, at_new).await?;
        let position = replication::position(at_old).await?;
        replication::reached(at_old, old, &position, CATCH_UP).await?;
    }
    steps.catch_up = milliseconds(since);
    let since = Instant::now();
    let snapshots = (Snapshot::take(old).await?, Snapshot::take(new).await?);
    let sequences = if without.sequences { 0 } else { sequences::carry(at_old, at_new).await? };
    replication::unsubscribe(at_new, old).await?;
    replication::subscribe(at_old, new, false).await?;
    // Where it was the old one before.
    lift_fence(at_new).await?;
    steps.turn = milliseconds(since);
    Ok((steps, sequences, snapshots))
}

/// Lets nobody write any more: sessions that begin from now on only read, and those of before end, each after its transaction where
/// that is short.
async fn fence(session: &mut PgConnection) -> anyhow::Result<()> {
    set_default(session, "set default_transaction_read_only = on").await?;
    let began = Instant::now();
    let fenced: String =
        sqlx::query_scalar("select clock_timestamp()::text").fetch_one(&mut *session).await?;
    let mut calm = 0;
    loop {
        let is_over = began.elapsed() > GRACE;
        let left: i64 = sqlx::query_scalar(
            "select count(case when state = 'idle' or $3 then pg_terminate_backend(pid) end) + count(*)
             from pg_stat_activity where backend_type = 'client backend' and datname = current_database()
             and application_name <> $1 and backend_start <= $2::timestamptz",
        )
        .bind(OURSELVES)
        .bind(&fenced)
        .bind(is_over)
        .fetch_one(&mut *session)
        .await?;
        // Twice, since a session that begins is not listed at once.
        calm = if left == 0 { calm + 1 } else { 0 };
        match calm {
            2 => return Ok(()),
            _ if began.elapsed() > CATCH_UP => bail!("{left} sessions of before the fence do not end"),
            _ => sleep(LOOK).await,
        }
    }
}

/// Lets sessions that begin from now on write.
async fn lift_fence(session: &mut PgConnection) -> Result<(), sqlx::Error> {
    set_default(session, "reset default_transaction_read_only").await
}

async fn set_default(session: &mut PgConnection, setting: &str) -> Result<(), sqlx::Error> {
    let database: String =
        sqlx::query_scalar("select quote_ident(current_database())").fetch_one(&mut *session).await?;
    execute(session, format!("alter database {database} {setting}")).await
}

pub(crate) fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
