//! What has to be done now and then, by exactly one replica: partitions ahead of time, retention, and silent devices.

use std::time::Duration;

use argosy_wire::api::stream::StreamEvent;
use chrono::{Days, Utc};
use sqlx::{Connection as _, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::{db::maintenance as tables, db::presence, db::within, live::Events, state::AppState};

/// How often devices are looked at that may have fallen silent.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);
/// Sweeps between two rounds of everything else.
const SWEEPS_PER_ROUND: u32 = 120;
/// How long a sweep may take: longer than a statement lasts.
const SWEEP_TIMEOUT: Duration = Duration::from_secs(40);
/// How long a round may take, which may delete many rows.
const ROUND_TIMEOUT: Duration = Duration::from_hours(2);
/// Days whose partitions are made ahead.
const DAYS_AHEAD: u64 = 3;

/// Works until `shutdown`; where another replica does, waits for its turn.
pub(crate) async fn run(state: AppState, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        tokio::select! {
            () = shutdown.cancelled() => return,
            result = lead(&state) => if let Err(error) = result {
                tracing::warn!(%error, "Maintenance stopped; it is tried again.");
            },
        }
        let _ = tokio::time::timeout(SWEEP_INTERVAL, shutdown.cancelled()).await;
    }
}

/// Takes the lock, which lasts as long as its connection, and works while it holds. Returns where another has it.
async fn lead(state: &AppState) -> Result<(), sqlx::Error> {
    let mut connection = state.pool.acquire().await?.detach();
    if tables::try_lead(&mut connection).await? {
        loop {
            within(ROUND_TIMEOUT, round(state, &mut connection)).await?;
            for _ in 0..SWEEPS_PER_ROUND {
                within(SWEEP_TIMEOUT, sweep(state, &mut connection)).await?;
                tokio::time::sleep(SWEEP_INTERVAL).await;
            }
        }
    }
    connection.close().await
}

async fn round(state: &AppState, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let today = Utc::now().date_naive();
    let days: Vec<_> =
        (0..=DAYS_AHEAD).filter_map(|ahead| today.checked_add_days(Days::new(ahead))).collect();
    state.partitions.ensure(&days).await?;
    for day in tables::expired_days(connection).await? {
        tables::drop_day(connection, day).await?;
        state.partitions.forget();
        tracing::info!(%day, "The partitions of a day were dropped: every fleet's retention ends after it.");
    }
    // Rollups after their rows: a minute between the two is answered from what is left of it.
    while tables::delete_expired_readings(connection).await? > 0 {
        tokio::task::yield_now().await;
    }
    while tables::delete_expired_rollups(connection).await? > 0 {
        tokio::task::yield_now().await;
    }
    tables::delete_expired(connection).await
}

async fn sweep(state: &AppState, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for device in presence::mark_silent(connection).await? {
        if let (true, Ok(name)) = (state.live.is_wanted(device.fleet_id), device.name.parse()) {
            let mut events = Events::default();
            events.push(&device.name, &StreamEvent::Presence { device: name, at: device.at, online: false });
            state.live.publish(device.fleet_id, events);
        }
    }
    Ok(())
}
