//! What every handler shares.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use sqlx::PgPool;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Principal,
    ingest::{directory::Directory, partitions::Partitions, traffic::Traffic},
    limits::Limits,
    live::LiveTail,
    seal::Seal,
};

/// How long a replica may act on an older state of a bearer: the time until a revoked token stops to work everywhere.
const PRINCIPAL_TTL: Duration = Duration::from_secs(5);
/// Bearers remembered at the most.
const PRINCIPALS: u64 = 10_000;

/// Batches worked on at once at the most: each may hold tens of megabytes.
const BATCHES: usize = 16;

/// Readers of the live tail at once.
const STREAMS: usize = 1_000;

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
    /// Permits to watch the live tail.
    pub(crate) streams: Arc<Semaphore>,
    /// Cancelled when the service stops: streams, which never end by themselves, end then.
    pub(crate) shutdown: CancellationToken,
    /// Opens and seals private keys.
    pub(crate) seal: Seal,
    /// Rate limits.
    pub(crate) limits: Arc<Limits>,
    /// The live tail.
    pub(crate) live: LiveTail,
}

impl AppState {
    /// The state over a pool.
    pub(crate) fn new(
        pool: PgPool,
        seal: Seal,
        limits: Limits,
        live: LiveTail,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            principals: Cache::builder().max_capacity(PRINCIPALS).time_to_live(PRINCIPAL_TTL).build(),
            directory: Directory::new(),
            partitions: Partitions::new(pool.clone()),
            traffic: Traffic::default(),
            batches: Arc::new(Semaphore::new(BATCHES)),
            streams: Arc::new(Semaphore::new(STREAMS)),
            shutdown,
            seal,
            limits: Arc::new(limits),
            live,
            pool,
        }
    }
}
