//! Configuration of the API service.

use std::path::PathBuf;

use argosy_runtime::config::{AdminConfig, ListenConfig, secret_from};
use secrecy::SecretString;

/// What `argosy-api serve` needs.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Where HTTP is served.
    #[command(flatten)]
    pub listen: ListenConfig,
    /// Where health and metrics are served.
    #[command(flatten)]
    pub admin: AdminConfig,
    /// PostgreSQL.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// Redis.
    #[command(flatten)]
    pub redis: RedisConfig,
    /// The key that seals private keys.
    #[command(flatten)]
    pub seal: SealConfig,
    /// Rate limits.
    #[command(flatten)]
    pub limits: LimitConfig,
    /// The live tail.
    #[command(flatten)]
    pub live: LiveConfig,
}

/// The live tail.
#[derive(Debug, Clone, clap::Args)]
pub struct LiveConfig {
    /// Mebibytes of memory for the live tail: the more, the longer a slow reader may fall behind before it misses events
    #[arg(long, env = "ARGOSY_LIVE_MEBIBYTES", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub live_mebibytes: u32,
}

impl LiveConfig {
    /// The same in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.live_mebibytes as usize * 1024 * 1024
    }
}

/// How much one bearer may ask for. The limits hold over all replicas while they have a Redis, and by replica without.
#[derive(Debug, Clone, clap::Args)]
pub struct LimitConfig {
    /// Requests of one token or session in a minute; 0 for no limit
    #[arg(long, env = "ARGOSY_REQUESTS_PER_MINUTE", default_value_t = 12_000)]
    pub requests_per_minute: u32,
    /// Batches of one token in a minute, which do not count as requests; 0 for no limit
    #[arg(long, env = "ARGOSY_BATCHES_PER_MINUTE", default_value_t = 0)]
    pub batches_per_minute: u32,
}

/// How to reach PostgreSQL.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseConfig {
    /// Address of PostgreSQL 15 or later: postgres://user:password@host:port/database
    #[arg(long, env = "ARGOSY_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,
    /// File that holds the address
    #[arg(long, env = "ARGOSY_DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// Connections to PostgreSQL at the most
    #[arg(long, env = "ARGOSY_DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=500))]
    pub database_connections: u32,
}

impl DatabaseConfig {
    /// The address, from the variable or its file.
    pub fn url(&self) -> anyhow::Result<SecretString> {
        Ok(secret_from(self.database_url.clone(), self.database_url_file.clone(), "ARGOSY_DATABASE_URL")?)
    }
}

/// How to reach Redis or Valkey.
#[derive(Debug, Clone, clap::Args)]
pub struct RedisConfig {
    /// Address of a Redis or Valkey database of its own: redis://user:password@host:port/number, or rediss:// by TLS. Without it each replica has a live tail and rate limits of its own.
    #[arg(long, env = "ARGOSY_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<SecretString>,
    /// File that holds the address
    #[arg(long, env = "ARGOSY_REDIS_URL_FILE")]
    pub redis_url_file: Option<PathBuf>,
    /// PEM file of the authorities that may have signed Redis's certificate; the system's where it is not set
    #[arg(long, env = "ARGOSY_REDIS_CA")]
    pub redis_ca: Option<PathBuf>,
}

impl RedisConfig {
    /// The address, where one is given.
    pub fn url(&self) -> anyhow::Result<Option<SecretString>> {
        if self.redis_url.is_none() && self.redis_url_file.is_none() {
            return Ok(None);
        }
        Ok(Some(secret_from(self.redis_url.clone(), self.redis_url_file.clone(), "ARGOSY_REDIS_URL")?))
    }
}

/// The key that seals the device CAs' private keys in the database.
#[derive(Debug, Clone, clap::Args)]
pub struct SealConfig {
    /// 32 random bytes as 64 hex digits: `openssl rand -hex 32`
    #[arg(long, env = "ARGOSY_SEAL_KEY", hide_env_values = true)]
    pub seal_key: Option<SecretString>,
    /// File that holds the key
    #[arg(long, env = "ARGOSY_SEAL_KEY_FILE")]
    pub seal_key_file: Option<PathBuf>,
}

impl SealConfig {
    /// The key, from the variable or its file.
    pub fn key(&self) -> anyhow::Result<SecretString> {
        Ok(secret_from(self.seal_key.clone(), self.seal_key_file.clone(), "ARGOSY_SEAL_KEY")?)
    }
}
