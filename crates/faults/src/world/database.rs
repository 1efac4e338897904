//! What is done to PostgreSQL by its own means.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::future::join_all;
use rustix::process::{Pid, Signal, kill_process};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, PgConnection};
use tokio::{sync::oneshot, task::JoinHandle};

use super::World;

/// How long a session may take to be made.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that are taken at once.
const GRASP: usize = 8;

/// Takes every connection that is free, until it is dropped or released.
#[derive(Debug)]
pub(crate) struct Hog {
    release: oneshot::Sender<()>,
    task: JoinHandle<usize>,
}

impl World {
    /// A session of our own, without any proxy.
    pub(crate) async fn session(&self) -> anyhow::Result<PgConnection> {
        connect(&self.database_url()).await
    }

    /// Lets PostgreSQL take changes or not, as from the next transaction of every session.
    pub(crate) async fn set_read_only(&self, is_read_only: bool) -> anyhow::Result<()> {
        let mut session = self.session().await?;
        let value = if is_read_only { "on" } else { "off" };
        for statement in [
            "set default_transaction_read_only = off".to_owned(),
            format!("alter system set default_transaction_read_only = {value}"),
            "select pg_reload_conf()".to_owned(),
        ] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut session).await?;
        }
        Ok(session.close().await?)
    }

    /// Kills one session of the API with -9.
    pub(crate) async fn kill_backend(&self) -> anyhow::Result<()> {
        let mut session = self.session().await?;
        let pid: i32 = sqlx::query_scalar(
            "select pid from pg_stat_activity where application_name = 'argosy-api' order by state, pid limit 1",
        )
        .fetch_one(&mut session)
        .await?;
        kill_process(Pid::from_raw(pid).context("PostgreSQL names no process")?, Signal::KILL)?;
        Ok(())
    }

    /// Takes every connection, from those of the API too.
    pub(crate) fn use_up_connections(&self) -> Hog {
        let (release, released) = oneshot::channel();
        let task = tokio::spawn(hog(self.database_url(), released));
        Hog { release, task }
    }
}

impl Hog {
    /// Lets all connections go; how many were held at the most.
    pub(crate) async fn release(self) -> anyhow::Result<usize> {
        let _ = self.release.send(());
        let held = self.task.await?;
        ensure!(held > 0, "no connection could be taken");
        Ok(held)
    }
}

async fn hog(url: SecretString, mut released: oneshot::Receiver<()>) -> usize {
    let mut held: Vec<PgConnection> = Vec::new();
    while released.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty) {
        // Several at once, or the API would be faster.
        let before = held.len();
        held.extend(join_all((0..GRASP).map(|_| connect(&url))).await.into_iter().flatten());
        if held.len() == before
            && let Some(session) = held.last_mut()
        {
            let throw_out = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                where application_name = 'argosy-api'";
            let _ = sqlx::query(throw_out).execute(session).await;
        }
    }
    held.len()
}

async fn connect(url: &SecretString) -> anyhow::Result<PgConnection> {
    tokio::time::timeout(PATIENCE, PgConnection::connect(url.expose_secret()))
        .await
        .context("PostgreSQL lets nobody in")?
        .context("PostgreSQL does not let us in")
}
