//! Partitions that are made while one server follows the other: made there too, before a row of theirs has to go somewhere.
//!
//! What is replicated is published by way of the partitioned table, so that a partition needs no subscription of its own. Where one is
//! missing, the row waits: the worker fails and tries again until it is there.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{FromRow, PgConnection};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    checks,
    database::{Database, execute},
};

/// How often it is looked for new partitions.
const INTERVAL: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
struct Partition {
    name: String,
    parent: String,
    bound: String,
}

const PARTITIONS: &str = "
    select c.oid::regclass::text as name, i.inhparent::regclass::text as parent, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_class c join pg_inherits i on i.inhrelid = c.oid
    where c.relispartition and c.relkind = 'r' order by 1";

/// Makes at `target` the partitions that `source` has beyond its own; their names.
pub async fn follow_once(
    source: &mut PgConnection,
    target: &mut PgConnection,
) -> Result<Vec<String>, sqlx::Error> {
    let old: Vec<Partition> = sqlx::query_as(PARTITIONS).fetch_all(&mut *source).await?;
    let new: Vec<Partition> = sqlx::query_as(PARTITIONS).fetch_all(&mut *target).await?;
    let mut made = Vec::new();
    for partition in old.into_iter().filter(|partition| !new.iter().any(|made| made.name == partition.name)) {
        let Partition { name, parent, bound } = partition;
        execute(target, format!("create table {name} partition of {parent} {bound}")).await?;
        made.push(name);
    }
    if !made.is_empty() {
        // A partition does not have the identity of what it is part of by itself.
        for session in [source, target] {
            checks::give_identity(session).await?;
        }
    }
    Ok(made)
}

/// Follows until it is stopped.
#[derive(Debug)]
pub(crate) struct Follower {
    made: Arc<Mutex<Vec<String>>>,
    stop: CancellationToken,
    task: AbortOnDropHandle<()>,
}

impl Follower {
    /// Begins.
    pub(crate) async fn start(source: &Database, target: &Database) -> anyhow::Result<Self> {
        let (mut source, mut target) = (source.session().await?, target.session().await?);
        let (made, stop) = (Arc::<Mutex<Vec<String>>>::default(), CancellationToken::new());
        let (list, stopped) = (Arc::clone(&made), stop.clone());
        let task = tokio::spawn(async move {
            while !stopped.is_cancelled() {
                match follow_once(&mut source, &mut target).await {
                    Ok(names) => list.lock().unwrap_or_else(PoisonError::into_inner).extend(names),
                    Err(error) => eprintln!("a partition could not be made, which is tried again: {error}"),
                }
                let _ = tokio::time::timeout(INTERVAL, stopped.cancelled()).await;
            }
        });
        Ok(Self { made, stop, task: AbortOnDropHandle::new(task) })
    }

    /// Ends, between two looks; the partitions that were made.
    pub(crate) async fn stop(self) -> anyhow::Result<Vec<String>> {
        self.stop.cancel();
        self.task.await?;
        Ok(std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}
