//! What every handler shares.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::{
    auth::Principal,
    ingest::{directory::Directory, partitions::Partitions, traffic::Traffic},
    live::LiveTail,
};

/// How long a replica may act on an older state of a bearer: the time until a revoked token stops to work everywhere.
const PRINCIPAL_TTL: Duration = Duration::from_secs(5);
/// Bearers remembered at the most.
const PRINCIPALS: u64 = 10_000;

/// Batches worked on at once at the most: each may hold tens of megabytes.
const BATCHES: usize = 16;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState {
    /// PostgreSQL.
    pub(crate) pool: PgPool,
    /// Bearers by the hash of their secret.
    pub(crate) principals: Cache<[u8; 32], Arc<Principal>>,
    /// Devices by name, for ingestion.
    pub(crate) directory: Directory,
    /// Days whose partitions exist.
    pub(crate) partitions: Partitions,
    /// Counts of what came in.
    pub(crate) traffic: Traffic,
    /// Permits to work on a batch.
    pub(crate) batches: Arc<Semaphore>,
    /// The live tail.
    pub(crate) live: LiveTail,
}

impl AppState {
    /// The state over a pool.
    pub(crate) fn new(pool: PgPool) -> Self {
        Self {
            principals: Cache::builder().max_capacity(PRINCIPALS).time_to_live(PRINCIPAL_TTL).build(),
            directory: Directory::new(),
            partitions: Partitions::new(pool.clone()),
            traffic: Traffic::default(),
            batches: Arc::new(Semaphore::new(BATCHES)),
            live: LiveTail::new(),
            pool,
        }
    }
}
