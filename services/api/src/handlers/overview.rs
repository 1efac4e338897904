//! `GET /overview`: a fleet at a glance.

use std::collections::HashMap;

use argosy_wire::{
    FleetName,
    api::{
        overview::{OverviewResponse, TrafficSample},
        problem::Problem,
        token::Scope,
    },
};
use axum::extract::State;
use chrono::{DateTime, Utc};

use crate::{
    auth::{FleetAccess, Read},
    db,
    handlers::audit::entry,
    ingest::traffic::SLOT_SECONDS,
    problem::ApiError,
    state::AppState,
};

/// Slots of the last hour.
const SLOTS: i64 = 3600 / SLOT_SECONDS;
/// Changes that are shown.
const CHANGES: i64 = 10;

/// A fleet at a glance.
///
/// Changes are shown to those who may read the audit log. Scope: `read`.
#[utoipa::path(get, path = "/overview", tag = "fleets", params(("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = OverviewResponse), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_overview(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
) -> Result<axum::Json<OverviewResponse>, ApiError> {
    let fleet = &access.fleet;
    let mut connection = state.pool.acquire().await?;
    let devices = db::overview::count_devices(&mut connection, fleet.id).await?;
    let (missing, devices_with_gaps) = db::overview::count_missing(&mut connection, fleet.id).await?;
    let dead_letters = db::overview::count_dead_letters(&mut connection, fleet.id).await?;
    // The slot of this moment fills up still.
    let end = Utc::now().timestamp().div_euclid(SLOT_SECONDS);
    let since = DateTime::from_timestamp((end - SLOTS) * SLOT_SECONDS, 0).unwrap_or_default();
    let traffic = filled(db::overview::list_traffic(&mut connection, fleet.id, since).await?, end);
    let changes = if access.scopes.contains(&Scope::Admin) {
        db::audit::list_audit(&mut connection, Some(fleet.id), None, CHANGES).await?
    } else {
        Vec::new()
    };
    Ok(axum::Json(OverviewResponse {
        fleet: fleet.name.parse().map_err(ApiError::internal)?,
        devices: devices.enabled,
        online: devices.online,
        disabled: devices.disabled,
        messages_per_second: traffic
            .last()
            .map_or(0.0, |sample| sample.messages as f64 / SLOT_SECONDS as f64),
        traffic,
        missing,
        devices_with_gaps,
        dead_letters,
        changes: changes.into_iter().map(entry).collect(),
    }))
}

/// An entry for each slot of the last hour before the slot `end`.
fn filled(samples: Vec<TrafficSample>, end: i64) -> Vec<TrafficSample> {
    let mut known: HashMap<i64, TrafficSample> =
        samples.into_iter().map(|sample| (sample.at.timestamp(), sample)).collect();
    (end - SLOTS..end)
        .map(|slot| slot * SLOT_SECONDS)
        .map(|at| {
            known.remove(&at).unwrap_or_else(|| TrafficSample {
                at: DateTime::from_timestamp(at, 0).unwrap_or_default(),
                messages: 0,
                points: 0,
                duplicates: 0,
                dead_letters: 0,
            })
        })
        .collect()
}
