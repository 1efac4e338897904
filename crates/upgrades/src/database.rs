//! One of the two servers: its process, and sessions with it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use argosy_backends::{Postgres, find};
use argosy_stack::lasting_port;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use url::Url;

/// The database of the stack.
const DATABASE: &str = "argosy";
/// Names our own sessions, which a fence lets pass.
pub(crate) const OURSELVES: &str = "argosy-rehearsal";
/// How long a session may take to be made.
const PATIENCE: Duration = Duration::from_secs(10);
/// What logical replication needs, both ways.
const SETTINGS: [&str; 7] = [
    "wal_level=logical",
    "max_replication_slots=20",
    "max_wal_senders=20",
    "max_worker_processes=24",
    "max_logical_replication_workers=12",
    "max_sync_workers_per_subscription=4",
    // A worker that found no partition for a row tries again after so long.
    "wal_retrieve_retry_interval=500ms",
];

/// A server with the database of the stack.
#[derive(Debug)]
pub(crate) struct Database {
    /// `blue` or `green`.
    pub(crate) name: &'static str,
    /// PostgreSQL.
    pub(crate) postgres: Postgres,
    /// Where it listens.
    pub(crate) port: u16,
    /// Its programs.
    pub(crate) programs: PathBuf,
    url: SecretString,
}

impl Database {
    /// Starts a server by these programs, or by those that are installed of this version, with an empty database.
    pub(crate) async fn start(
        name: &'static str,
        major: u32,
        programs: Option<&Path>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let programs = match programs {
            Some(programs) => programs.to_owned(),
            None => find::postgres_programs(Some(major)).with_context(|| {
                format!("PostgreSQL {major} is missing: name its programs' folder, which scripts/postgres {major} tells")
            })?,
        };
        let port = lasting_port()?;
        let postgres = Postgres::prepare_by(&programs, &folder.join(name), port, true)?;
        let mut postgres = SETTINGS.into_iter().fold(postgres, Postgres::setting).temporary();
        postgres.start().await?;
        postgres.create_database(DATABASE).await?;
        let url = postgres.url(DATABASE);
        Ok(Self { name, postgres, port, programs, url })
    }

    /// Lets the same password open both: roles are no part of a schema. What is taken over is what the server keeps of it.
    pub(crate) async fn take_password_of(&mut self, other: &Self) -> anyhow::Result<()> {
        let kept = "select format('alter role %I password %L', rolname, rolpassword) from pg_authid where rolname = current_user";
        let statement: String = sqlx::query_scalar(kept).fetch_one(&mut other.session().await?).await?;
        execute(&mut self.session().await?, statement).await?;
        self.url = other.url_through(self.port)?;
        Ok(())
    }

    /// The same address by way of another port.
    pub(crate) fn url_through(&self, port: u16) -> anyhow::Result<SecretString> {
        let mut url = Url::parse(self.url.expose_secret())?;
        url.set_port(Some(port)).ok().context("the address takes no port")?;
        Ok(String::from(url).into())
    }

    /// The password of its only role.
    pub(crate) fn password(&self) -> anyhow::Result<SecretString> {
        let url = Url::parse(self.url.expose_secret())?;
        Ok(url.password().context("the address has no password")?.to_owned().into())
    }

    /// Host, port, user and database as libpq's programs take them.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("PGHOST", "127.0.0.1".into()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", DATABASE.into()),
            ("PGDATABASE", DATABASE.into()),
        ]
    }

    /// A session that may write whatever the database's default is.
    pub(crate) async fn session(&self) -> anyhow::Result<PgConnection> {
        let options: PgConnectOptions = self.url.expose_secret().parse()?;
        let options = options.application_name(OURSELVES).options([
            ("default_transaction_read_only", "off"),
            ("timezone", "UTC"),
            ("statement_timeout", "60s"),
            ("lock_timeout", "5s"),
        ]);
        tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options))
            .await
            .with_context(|| format!("{} lets nobody in", self.name))?
            .with_context(|| format!("{} does not let us in", self.name))
    }

    /// As `15.18`.
    pub(crate) async fn version(&self) -> anyhow::Result<String> {
        let version: String =
            sqlx::query_scalar("show server_version").fetch_one(&mut self.session().await?).await?;
        Ok(version.split_whitespace().next().unwrap_or_default().to_owned())
    }
}

/// Runs a statement that no parameter can be given to.
pub(crate) async fn execute(
    session: &mut PgConnection,
    statement: impl Into<String>,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.into())).execute(session).await.map(drop)
}
