//! The schema: bringing it up to date, and waiting until somebody has.

use std::time::Duration;

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, PgConnection, migrate::Migrator, postgres::PgConnectOptions};
use tokio::time::Instant;

use crate::DatabaseConfig;

/// How often PostgreSQL is asked again.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest that a migration may wait for a lock or hold up others by one statement. What takes longer, such as filling a
/// column of a large table, belongs behind the API's work and not into a migration.
const LONGEST: &str = "5s";

/// What `argosy-api migrate` and `argosy-api await-schema` need.
#[derive(Debug, Clone, clap::Args)]
pub struct SchemaOptions {
    /// PostgreSQL.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// Seconds to wait for PostgreSQL, or for the schema
    #[arg(long, env = "ARGOSY_SCHEMA_WAIT_SECONDS", default_value_t = 0)]
    pub wait_seconds: u64,
}

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("./migrations");
    // Migrations only add, so that an older version, as after a rollback, runs on a newer schema.
    migrator.set_ignore_missing(true);
    migrator
}

/// Runs the migrations that the database lacks. One process does so at a time; the others wait for it.
pub async fn migrate(database_url: &SecretString) -> anyhow::Result<()> {
    let options = database_url
        .expose_secret()
        .parse::<PgConnectOptions>()
        .context("ARGOSY_DATABASE_URL is not an address")?
        .options([("lock_timeout", LONGEST), ("statement_timeout", LONGEST)]);
    let mut connection = PgConnection::connect_with(&options)
        .await
        .context("PostgreSQL cannot be reached: check ARGOSY_DATABASE_URL")?;
    migrator()
        .run(&mut connection)
        .await
        .context("a migration failed; the database is as it was before it")?;
    connection.close().await?;
    Ok(())
}

/// Runs the migrations that the database lacks, as soon as there is one.
pub async fn migrate_patiently(options: &SchemaOptions) -> anyhow::Result<()> {
    let url = options.database.url()?;
    let end = options.end();
    loop {
        match PgConnection::connect(url.expose_secret()).await {
            Ok(connection) => {
                connection.close().await?;
                return migrate(&url).await;
            }
            Err(error) if may_come(&error) && Instant::now() < end => {
                tracing::info!(error = %error, "PostgreSQL does not answer yet.");
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                return Err(error).context("PostgreSQL cannot be reached: check ARGOSY_DATABASE_URL");
            }
        }
    }
}

/// Returns once the database has every migration that this version knows.
pub async fn await_schema(options: &SchemaOptions) -> anyhow::Result<()> {
    let url = options.database.url()?;
    let end = options.end();
    let mut said = String::new();
    loop {
        let lacks = match missing(&url).await {
            Ok(missing) if missing.is_empty() => return Ok(()),
            Ok(missing) => format!("the schema lacks the migrations {missing:?}"),
            Err(error) => format!("PostgreSQL does not say what the schema is: {error}"),
        };
        if Instant::now() >= end {
            bail!(
                "{lacks} after {} s: `argosy-api migrate` of this version has to succeed first",
                options.wait_seconds
            );
        }
        if lacks != said {
            tracing::info!("Waiting: {lacks}.");
            said = lacks;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl SchemaOptions {
    fn end(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.wait_seconds)
    }
}

/// The numbers of the migrations that the database has not seen.
async fn missing(url: &SecretString) -> Result<Vec<i64>, sqlx::Error> {
    let mut connection = PgConnection::connect(url.expose_secret()).await?;
    let begun: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut connection)
        .await?;
    let present: Vec<i64> = if begun {
        sqlx::query_scalar("select version from _sqlx_migrations where success")
            .fetch_all(&mut connection)
            .await?
    } else {
        Vec::new()
    };
    connection.close().await?;
    let known = migrator();
    Ok(known.iter().map(|migration| migration.version).filter(|version| !present.contains(version)).collect())
}

/// Whether waiting may help: nobody listens yet, or PostgreSQL is starting. A wrong password stays wrong.
fn may_come(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // 57P03: cannot connect now.
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57P03"),
        _ => false,
    }
}
