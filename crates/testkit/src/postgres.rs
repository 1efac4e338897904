//! PostgreSQL for tests: one server a test process, a database a test.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testcontainers::{ImageExt as _, runners::AsyncRunner as _};
use testcontainers_modules::postgres::Postgres as PostgresImage;
use tokio::sync::OnceCell;
use url::Url;

use crate::{
    Way, docker,
    postgres::names::Names,
    private::private_postgres,
    way::{Held, explain, hold},
};

mod names;

const VARIABLE: &str = "ARGOSY_TEST_DATABASE_URL";
/// The image of the container: the newest major version that is served.
const IMAGE_TAG: &str = "18-alpine";
/// How long one statement of the kit may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// A PostgreSQL server that makes databases for tests.
#[derive(Debug)]
pub struct PostgresServer {
    /// Where databases are made.
    url: SecretString,
    names: Names,
    /// A migrated template for every kind of migration.
    templates: Mutex<HashMap<TypeId, Arc<OnceCell<String>>>>,
    _held: Held,
}

/// A database of a test's own. Dropped with it.
#[derive(Debug)]
pub struct TestDatabase {
    /// Where it is reached.
    pub url: SecretString,
    /// Connections to it.
    pub pool: PgPool,
    name: String,
    server: SecretString,
}

/// A database that `migrate` has prepared: it runs once a test process, on a template that is copied for each test.
pub async fn database<M>(migrate: M) -> anyhow::Result<TestDatabase>
where
    M: AsyncFnOnce(SecretString) -> anyhow::Result<()> + 'static,
{
    shared().await?.database(migrate).await
}

/// A database without tables.
pub async fn empty_database() -> anyhow::Result<TestDatabase> {
    shared().await?.empty_database().await
}

async fn shared() -> anyhow::Result<&'static PostgresServer> {
    static SERVER: OnceCell<PostgresServer> = OnceCell::const_new();
    SERVER
        .get_or_try_init(async || {
            let way = Way::choose(VARIABLE).await;
            explain(PostgresServer::start(&way).await, VARIABLE, &way)
        })
        .await
}

impl PostgresServer {
    /// A server on this way.
    pub async fn start(way: &Way) -> anyhow::Result<Self> {
        let (url, held) = match way {
            Way::Given(url) => (url.clone(), hold(())),
            Way::Docker => {
                let container = PostgresImage::default().with_tag(IMAGE_TAG).start().await?;
                let address =
                    format!("{}:{}", container.get_host().await?, container.get_host_port_ipv4(5432).await?);
                let reaper = docker::remove_with_this_process(container.id());
                let url = format!("postgres://postgres:postgres@{address}/postgres");
                (url.into(), hold((container, reaper)))
            }
            Way::Native => {
                let postgres = private_postgres().await?;
                (postgres.url("postgres"), hold(postgres))
            }
        };
        let server = Self { url, names: Names::new(), templates: Mutex::default(), _held: held };
        if matches!(way, Way::Given(_)) {
            server.sweep().await?;
        }
        Ok(server)
    }

    /// Where the server is reached.
    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// A database that `migrate` has prepared; see [`database`].
    pub async fn database<M>(&self, migrate: M) -> anyhow::Result<TestDatabase>
    where
        M: AsyncFnOnce(SecretString) -> anyhow::Result<()> + 'static,
    {
        let cell = {
            let mut templates = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(templates.entry(TypeId::of::<M>()).or_default())
        };
        let template = cell.get_or_try_init(async || self.template(migrate).await).await?;
        self.create(Some(template)).await
    }

    /// A database without tables.
    pub async fn empty_database(&self) -> anyhow::Result<TestDatabase> {
        self.create(None).await
    }

    async fn template<M>(&self, migrate: M) -> anyhow::Result<String>
    where
        M: AsyncFnOnce(SecretString) -> anyhow::Result<()>,
    {
        let name = self.names.next();
        execute(&self.url, format!(r#"create database "{name}""#)).await?;
        migrate(with_database(&self.url, &name)?).await.context("the migration failed")?;
        // A connection that is still closing would keep it from being copied.
        let end = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        execute(&self.url, end).await?;
        execute(&self.url, format!(r#"alter database "{name}" with allow_connections false"#)).await?;
        Ok(name)
    }

    async fn create(&self, template: Option<&str>) -> anyhow::Result<TestDatabase> {
        let name = self.names.next();
        let from = template.map(|template| format!(r#" template "{template}""#)).unwrap_or_default();
        execute(&self.url, format!(r#"create database "{name}"{from}"#)).await?;
        let url = with_database(&self.url, &name)?;
        let options: PgConnectOptions = url.expose_secret().parse()?;
        let pool =
            PgPoolOptions::new().max_connections(5).acquire_timeout(DEADLINE).connect_lazy_with(options);
        Ok(TestDatabase { url, pool, name, server: self.url.clone() })
    }

    /// Drops what earlier test processes left behind on a server that outlives them.
    async fn sweep(&self) -> anyhow::Result<()> {
        let mut connection = connect(&self.url).await?;
        let found: Vec<String> = sqlx::query_scalar(
            "select datname::text from pg_database where datname like 'argosy\\_test\\_%'",
        )
        .fetch_all(&mut connection)
        .await?;
        for name in found.iter().filter(|name| self.names.is_old(name)) {
            // Another test process may be as fast.
            let drop = format!(r#"drop database if exists "{name}" with (force)"#);
            let _ = sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await;
        }
        Ok(connection.close().await?)
    }
}

impl TestDatabase {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!(r#"drop database if exists "{}" with (force)"#, self.name);
        // A thread with a runtime of its own: the test's may be ending. Where it fails, the next sweep has it.
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(execute(&server, statement))
        });
        let _ = dropper.join();
    }
}

async fn connect(url: &SecretString) -> anyhow::Result<PgConnection> {
    let connecting = PgConnection::connect(url.expose_secret());
    Ok(tokio::time::timeout(DEADLINE, connecting).await.context("PostgreSQL does not answer")??)
}

/// Runs one statement on a connection of its own.
async fn execute(url: &SecretString, statement: String) -> anyhow::Result<()> {
    let mut connection = connect(url).await?;
    let running = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection);
    tokio::time::timeout(DEADLINE, running).await.context("PostgreSQL does not answer")??;
    Ok(connection.close().await?)
}

/// The same server, another database.
fn with_database(url: &SecretString, name: &str) -> anyhow::Result<SecretString> {
    let mut url = Url::parse(url.expose_secret()).context("the address of PostgreSQL is no URL")?;
    url.set_path(name);
    Ok(String::from(url).into())
}
