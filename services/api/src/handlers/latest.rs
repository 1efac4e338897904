//! `/devices/{device}/latest` and `/latest`: the newest value of every key.

use std::collections::HashMap;

use argosy_wire::{
    DeviceName, FleetName,
    api::{Page, problem::Problem, reading::LatestValues},
};
use axum::extract::State;

use crate::{
    auth::{FleetAccess, Read},
    cursor, db,
    db::{devices::DeviceRow, latest::LatestRow},
    extract::{Path, Query},
    handlers::devices::{self, DeviceQuery, PageQuery},
    problem::ApiError,
    state::AppState,
};

fn latest(device: &DeviceRow, row: Option<LatestRow>) -> Result<LatestValues, ApiError> {
    let values = row.map(|row| row.values.0).unwrap_or_default();
    Ok(LatestValues {
        device: device.name.parse().map_err(ApiError::internal)?,
        last_seen: device.last_seen_at,
        values: values.into_iter().map(|(key, value)| (key, value.into())).collect(),
    })
}

/// Latest values of a device.
///
/// Scope: `read`.
#[utoipa::path(get, path = "/devices/{device}/latest", tag = "readings",
    params(("device" = DeviceName, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = LatestValues), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_latest(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Path(name): Path<DeviceName>,
) -> Result<axum::Json<LatestValues>, ApiError> {
    let device = devices::find(&state, &access, &name).await?;
    let mut connection = state.pool.acquire().await?;
    let row = db::latest::list_latest(&mut connection, &[device.id]).await?.pop();
    Ok(axum::Json(latest(&device, row)?))
}

/// Latest values of a fleet.
///
/// By device name, in pages, filtered as the list of devices. Scope: `read`.
#[utoipa::path(get, path = "/latest", tag = "readings", params(DeviceQuery, PageQuery, ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = Page<LatestValues>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_latest(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Query(query): Query<DeviceQuery>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<LatestValues>>, ApiError> {
    let (filter, limit, after) = (query.filter()?, page.limit(), page.position::<String>()?);
    let mut connection = state.pool.acquire().await?;
    let more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows =
        db::devices::list_devices(&mut connection, access.fleet.id, &filter, after.as_deref(), more).await?;
    let next_cursor = cursor::cut(&mut rows, limit, |row| row.name.clone());
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let values = db::latest::list_latest(&mut connection, &ids).await?;
    let mut values: HashMap<i64, LatestRow> = values.into_iter().map(|row| (row.device_id, row)).collect();
    let items = rows.into_iter().map(|row| {
        let values = values.remove(&row.id);
        latest(&row, values)
    });
    Ok(axum::Json(Page { items: items.collect::<Result<_, _>>()?, next_cursor }))
}
