//! Starts the service and stops it.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use argosy_runtime::{admin, admin::Readiness, server};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Config, db, limits::Limits, live::LiveTail, maintenance, readings::rollup, redis, redis::Redis, router,
    seal::Seal, state::AppState,
};

/// How often readiness is checked.
const PROBE_INTERVAL: Duration = Duration::from_secs(2);

/// Serves until `shutdown`, then drains: requests under way are answered, background tasks stop.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    admin_listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let pool = db::connect(&config.database.url()?, config.database.database_connections)
        .context("the database address is not valid")?;
    let redis = redis::client(&config.redis)?;
    let limits = Limits::new(Redis::connect(redis.clone())?, &config.limits);
    let live = LiveTail::start(redis, config.live.bytes())?;
    let seal = Seal::new(&config.seal.key()?)?;
    let state = AppState::new(pool.clone(), seal, limits, live.clone(), shutdown.clone());
    let readiness = Readiness::new();
    let tasks = TaskTracker::new();
    tasks.spawn(probe_database(pool.clone(), readiness.clone(), shutdown.clone()));
    if let Some(file) = config.database.database_url_file.clone() {
        tasks.spawn(db::follow_until(pool.clone(), file, shutdown.clone()));
    }
    tasks.spawn(state.traffic.clone().flush_until(pool.clone(), shutdown.clone()));
    tasks.spawn({
        let (limits, shutdown) = (Arc::clone(&state.limits), shutdown.clone());
        async move { limits.forget_until(shutdown).await }
    });
    tasks.spawn(rollup::run(pool.clone(), shutdown.clone()));
    tasks.spawn(maintenance::run(state.clone(), shutdown.clone()));
    let stopped = CancellationToken::new();
    tasks.spawn(admin::serve(admin_listener, readiness, shutdown.clone(), stopped.clone()));
    tasks.close();

    let drain = Duration::from_secs(config.listen.drain_seconds);
    let served =
        server::serve(listener, router::router(state), config.listen.tls()?, shutdown.clone(), drain).await;
    shutdown.cancel();
    stopped.cancel();
    tasks.wait().await;
    live.close().await;
    pool.close().await;
    served
}

/// Keeps the readiness component `database` true to what a query says.
async fn probe_database(pool: PgPool, readiness: Readiness, shutdown: CancellationToken) {
    let component = readiness.component("database");
    loop {
        match tokio::time::timeout(PROBE_INTERVAL, sqlx::query("select 1").execute(&pool)).await {
            Ok(Ok(_)) => component.ready(),
            Ok(Err(error)) => component.not_ready(error.to_string()),
            Err(_) => component.not_ready("no answer within 2 s"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PROBE_INTERVAL) => {}
        }
    }
}
