//! Native servers that belong to one test, for faults.

use std::path::PathBuf;

use anyhow::Context as _;
use argosy_backends::{Error, Postgres, Redis, RedisTls, free_port, random_secret};

use crate::Issued;

/// How often another port is tried, where somebody took ours in the moment between finding and using it.
const TRIES: usize = 5;

/// A PostgreSQL of this test's own, running; it goes with its data when it is dropped. `url("postgres")` has no tables.
pub async fn private_postgres() -> anyhow::Result<Postgres> {
    on_a_free_port(async |port| {
        let mut postgres = Postgres::prepare(&temporary_folder("postgres"), port, false)?.temporary();
        postgres.start().await.map(|()| postgres)
    })
    .await
}

/// The same that takes connections by TLS, too, with this certificate.
pub async fn private_postgres_with_tls(issued: &Issued) -> anyhow::Result<Postgres> {
    on_a_free_port(async |port| {
        let postgres = Postgres::prepare(&temporary_folder("postgres"), port, false)?.temporary();
        let mut postgres = postgres.with_tls(&issued.certificate, &issued.key)?;
        postgres.start().await.map(|()| postgres)
    })
    .await
}

/// A Redis of this test's own, running.
pub async fn private_redis() -> anyhow::Result<Redis> {
    on_a_free_port(async |port| {
        let mut redis = Redis::prepare(&temporary_folder("redis"), port)?.temporary();
        redis.start().await.map(|()| redis)
    })
    .await
}

/// The same by TLS alone, with this certificate, for a user who has a name.
pub async fn private_redis_with_tls(issued: &Issued) -> anyhow::Result<Redis> {
    let tls = RedisTls { certificate: issued.certificate.clone(), key: issued.key.clone() };
    on_a_free_port(async |port| {
        let mut redis = Redis::prepare_with_tls(&temporary_folder("redis"), port, &tls)?.temporary();
        redis.start().await.map(|()| redis)
    })
    .await
}

/// A folder that nobody has; the server removes it at its end.
pub(crate) fn temporary_folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("argosy-test-{name}-{}", random_secret()))
}

/// Starts a server on a port that was free a moment ago.
pub(crate) async fn on_a_free_port<T>(
    mut start: impl AsyncFnMut(u16) -> Result<T, Error>,
) -> anyhow::Result<T> {
    let mut tries = 0;
    loop {
        let port = free_port().context("no port is free")?;
        match start(port).await {
            Err(Error::PortTaken { .. } | Error::NotStarted { .. }) if tries < TRIES => tries += 1,
            result => return Ok(result?),
        }
    }
}
