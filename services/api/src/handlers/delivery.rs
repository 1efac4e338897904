//! `/devices/{device}/delivery` and `/devices/{device}/presence`: what came, and when the device was there.

use argosy_wire::{
    DeviceName, FleetName,
    api::{delivery::DeliveryResponse, presence::PresenceResponse, problem::Problem},
};
use axum::extract::State;
use chrono::Utc;
use serde::Deserialize;

use crate::{
    auth::{FleetAccess, Read},
    db,
    extract::{Path, Query},
    handlers::devices,
    problem::ApiError,
    range::TimeRange,
    state::AppState,
};

/// Boots that are listed.
const MAX_BOOTS: i64 = 100;
/// Changes of presence that are listed.
const MAX_EVENTS: i64 = 1_000;

/// Delivery of a device.
///
/// By boot, newest first: which sequence numbers are stored, which are missing, and how many came twice. Scope: `read`.
#[utoipa::path(get, path = "/devices/{device}/delivery", tag = "delivery",
    params(("device" = DeviceName, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = DeliveryResponse), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_delivery(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Path(name): Path<DeviceName>,
) -> Result<axum::Json<DeliveryResponse>, ApiError> {
    let device = devices::find(&state, &access, &name).await?;
    let mut connection = state.pool.acquire().await?;
    let boots = db::delivery::list_streams(&mut connection, device.id, MAX_BOOTS).await?;
    Ok(axum::Json(DeliveryResponse {
        device: name,
        missing: boots.iter().map(|boot| boot.missing).sum(),
        duplicates: boots.iter().map(|boot| boot.duplicates).sum(),
        boots,
    }))
}

/// Which time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RangeQuery {
    /// From when; an hour before `to` without it.
    #[param(example = "-24h")]
    from: Option<String>,
    /// Until when; now without it.
    to: Option<String>,
}

/// Presence of a device.
///
/// What it is now, and how it changed in a range of time. Scope: `read`.
#[utoipa::path(get, path = "/devices/{device}/presence", tag = "delivery",
    params(("device" = DeviceName, Path), RangeQuery, ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = PresenceResponse), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_presence(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Path(name): Path<DeviceName>,
    Query(query): Query<RangeQuery>,
) -> Result<axum::Json<PresenceResponse>, ApiError> {
    let range = TimeRange::parse(query.from.as_deref(), query.to.as_deref(), Utc::now())?;
    let device = devices::find(&state, &access, &name).await?;
    let mut connection = state.pool.acquire().await?;
    Ok(axum::Json(PresenceResponse {
        online: device.online,
        online_before: db::presence::find_before(&mut connection, device.id, range.from).await?,
        events: db::presence::list_events(&mut connection, device.id, range, MAX_EVENTS).await?,
    }))
}
