//! Logical replication from one server to the other.

use std::time::Duration;

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;
use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

use crate::database::{Database, execute};

/// The publication, at either server.
const PUBLICATION: &str = "argosy_upgrade";
/// How often it is asked how far the other side is.
const LOOK: Duration = Duration::from_millis(5);

/// The subscription to this server, and its slot there.
pub(crate) fn subscription(source: &Database) -> String {
    format!("argosy_from_{}", source.name)
}

/// Publishes every table that there is, and partitions, those to come too, by way of what they are part of. Tables are named, since
/// `for all tables` takes a superuser, whom no cloud lends.
pub(crate) async fn publish(source: &mut PgConnection) -> Result<(), sqlx::Error> {
    let is_there: bool = sqlx::query_scalar("select exists (select from pg_publication where pubname = $1)")
        .bind(PUBLICATION)
        .fetch_one(&mut *source)
        .await?;
    if is_there {
        return Ok(());
    }
    let statement: String = sqlx::query_scalar(
        "select format('create publication %I for table %s with (publish_via_partition_root = true)',
            $1, string_agg(c.oid::regclass::text, ', '))
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = 'public'",
    )
    .bind(PUBLICATION)
    .fetch_one(&mut *source)
    .await?;
    execute(source, statement).await
}

/// Lets `target` follow `source`: from a first copy on, or from this moment, where the rows are the same already.
pub(crate) async fn subscribe(
    target: &mut PgConnection,
    source: &Database,
    with_copy: bool,
) -> anyhow::Result<()> {
    let name = subscription(source);
    let password = source.password()?;
    // With synchronous commits it says at once how far it is, instead of when its log happens to be written.
    let statement = format!(
        "create subscription {name} connection 'host=127.0.0.1 port={} user=argosy dbname=argosy password={}'
         publication {PUBLICATION} with (copy_data = {with_copy}, synchronous_commit = on)",
        source.port,
        password.expose_secret(),
    );
    execute(target, statement).await.with_context(|| format!("{name} cannot be made"))
}

/// Lets `target` follow `source` no more.
pub(crate) async fn unsubscribe(target: &mut PgConnection, source: &Database) -> Result<(), sqlx::Error> {
    execute(target, format!("drop subscription {}", subscription(source))).await
}

/// Waits until the first copy of every table is done.
pub(crate) async fn copied(target: &mut PgConnection, deadline: Duration) -> anyhow::Result<()> {
    let end = Instant::now() + deadline;
    loop {
        let missing: Vec<String> = sqlx::query_scalar(
            "select srrelid::regclass::text from pg_subscription_rel where srsubstate <> 'r' order by 1",
        )
        .fetch_all(&mut *target)
        .await?;
        if missing.is_empty() {
            return Ok(());
        }
        if Instant::now() > end {
            bail!(
                "the first copy is not done after {} s: {} are missing",
                deadline.as_secs(),
                missing.join(", ")
            );
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// The position in the log of all that `source` has written.
pub(crate) async fn position(source: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("select pg_current_wal_lsn()::text").fetch_one(source).await
}

/// Waits until the follower of `source` has, and keeps, everything up to this position.
pub(crate) async fn reached(
    session: &mut PgConnection,
    source: &Database,
    position: &str,
    deadline: Duration,
) -> anyhow::Result<()> {
    let end = Instant::now() + deadline;
    loop {
        let behind: Option<i64> = sqlx::query_scalar(
            "select greatest($2::pg_lsn - confirmed_flush_lsn, 0)::bigint from pg_replication_slots where slot_name = $1",
        )
        .bind(subscription(source))
        .bind(position)
        .fetch_optional(&mut *session)
        .await?;
        match behind {
            Some(0) => return Ok(()),
            None => bail!("{} has no slot {}", source.name, subscription(source)),
            Some(bytes) if Instant::now() > end => bail!(
                "the other server is {bytes} bytes behind {} after {} s, and gets no further: its log says why",
                source.name,
                deadline.as_secs()
            ),
            Some(_) => sleep(LOOK).await,
        }
    }
}
