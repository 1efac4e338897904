//! A running API with a database of its own, and a client that looks at whole answers.

mod client;
mod contract;
mod proxy;

use std::{sync::Arc, time::Duration};

use argosy_api::{Config, DatabaseConfig, LimitConfig, LiveConfig, RedisConfig, SealConfig};
use argosy_runtime::config::{AdminConfig, ListenConfig};
use argosy_testkit::TestDatabase;
use argosy_wire::api::token::Scope;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use client::{Answer, Client, send};
pub(crate) use proxy::Proxy;

/// How long anything may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// All scopes.
pub(crate) const ALL: [Scope; 4] = [Scope::Read, Scope::Write, Scope::Ingest, Scope::Admin];

/// The key that seals in tests.
pub(crate) const SEAL_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A running API; it stops with it.
pub(crate) struct Api {
    /// Where it listens: `http://127.0.0.1:<port>`.
    pub(crate) url: String,
    /// Where health and metrics are.
    pub(crate) admin_url: String,
    /// Its database.
    pub(crate) pool: PgPool,
    database_url: SecretString,
    /// Dropped with the last replica.
    database: Option<Arc<TestDatabase>>,
    shutdown: CancellationToken,
}

impl Api {
    /// An API on a database of its own, without Redis, with the fleet `demo`.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with another configuration.
    pub(crate) async fn start_with(adjust: impl FnOnce(&mut Config)) -> Self {
        argosy_runtime::crypto::install();
        let database = argosy_testkit::database(async |url| argosy_api::migrate(&url).await).await.unwrap();
        let mut api = Self::serve(database.url.clone(), database.pool.clone(), adjust).await;
        api.database = Some(Arc::new(database));
        api.create_fleet().await;
        api
    }

    /// An API on an empty database of the test's own server.
    pub(crate) async fn start_on(database_url: &SecretString) -> Self {
        argosy_runtime::crypto::install();
        argosy_api::migrate(database_url).await.unwrap();
        let pool = PgPool::connect_lazy(database_url.expose_secret()).unwrap();
        let api = Self::serve(database_url.clone(), pool, |_| {}).await;
        api.create_fleet().await;
        api
    }

    async fn create_fleet(&self) {
        self.client(&ALL).await.post("/fleets", json!({"name": "demo"})).await.expect(201);
    }

    /// One more replica on the same database.
    pub(crate) async fn replica_with(&self, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut api = Self::serve(self.database_url.clone(), self.pool.clone(), adjust).await;
        api.database.clone_from(&self.database);
        api
    }

    async fn serve(database_url: SecretString, pool: PgPool, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(database_url.clone());
        adjust(&mut config);
        let listener = TcpListener::bind(config.listen.listen).await.unwrap();
        let admin_listener = TcpListener::bind(config.admin.admin_listen).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let admin_url = format!("http://{}", admin_listener.local_addr().unwrap());
        let shutdown = CancellationToken::new();
        tokio::spawn(argosy_api::serve(config, listener, admin_listener, shutdown.clone()));
        Self { url, admin_url, pool, database_url, database: None, shutdown }
    }

    /// The address of a Redis for a configuration.
    pub(crate) fn with_redis(url: SecretString) -> impl FnOnce(&mut Config) {
        move |config| config.redis.redis_url = Some(url)
    }

    /// Where its database is.
    pub(crate) fn database_url(&self) -> SecretString {
        self.database_url.clone()
    }

    /// A client whose token sees every fleet.
    pub(crate) async fn client(&self, scopes: &[Scope]) -> Client {
        self.client_for(None, scopes).await
    }

    /// A client whose token is bound to a fleet.
    pub(crate) async fn client_of(&self, fleet: &str, scopes: &[Scope]) -> Client {
        self.client_for(Some(fleet), scopes).await
    }

    async fn client_for(&self, fleet: Option<&str>, scopes: &[Scope]) -> Client {
        let secret = format!("argosy_{}", Uuid::new_v4().simple());
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let insert = "insert into api_tokens (id, name, secret_hash, scopes, fleet_id)
            values ($1, 'test', $2, $3, (select id from fleets where name = $4))";
        let hash = Sha256::digest(secret.as_bytes()).to_vec();
        let insert = sqlx::query(insert).bind(Uuid::now_v7()).bind(hash).bind(scopes).bind(fleet);
        insert.execute(&self.pool).await.unwrap();
        self.anonymous().with_bearer(&secret)
    }

    /// A client without a bearer.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(&self.url)
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn config(database_url: SecretString) -> Config {
    let any_port = "127.0.0.1:0".parse().unwrap();
    Config {
        listen: ListenConfig { listen: any_port, tls_certificate: None, tls_key: None, drain_seconds: 5 },
        admin: AdminConfig { admin_listen: any_port, healthy: false },
        database: DatabaseConfig {
            database_url: Some(database_url),
            database_url_file: None,
            database_connections: 8,
        },
        redis: RedisConfig { redis_url: None, redis_url_file: None, redis_ca: None },
        seal: SealConfig { seal_key: Some(SEAL_KEY.into()), seal_key_file: None },
        limits: LimitConfig { requests_per_minute: 0, batches_per_minute: 0 },
        live: LiveConfig { live_mebibytes: 64 },
    }
}
