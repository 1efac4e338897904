//! `/devices`: create, list, read, change, delete.

mod export;
pub(crate) mod import;

use argosy_wire::{
    DeviceName, FleetName,
    api::{
        Page,
        device::{CreateDeviceRequest, Device, DeviceState, Labels, UpdateDeviceRequest},
        problem::Problem,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    audit,
    auth::{FleetAccess, Read, Write},
    cursor, db,
    db::devices::{DeviceFilter, DeviceRow},
    extract::{IfMatch, Json, Path, Query, etag},
    format::Format,
    problem::{ApiError, violated_constraint},
    state::AppState,
};

/// Devices on a page, unless `limit` says otherwise.
const PAGE: usize = 50;
/// Devices on a page at the most.
const MAX_PAGE: usize = 1_000;

/// Which devices a request is about.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeviceQuery {
    /// Those whose name contains this.
    search: Option<String>,
    /// Those with this label, as `key:value`; may be given several times, for devices that have all of them.
    #[serde(default)]
    label: Vec<String>,
    /// Those in this state.
    state: Option<DeviceState>,
}

impl DeviceQuery {
    /// The filter it means.
    pub(crate) fn filter(&self) -> Result<DeviceFilter, ApiError> {
        let labels = self.label.iter().map(|label| {
            let (key, value) = label.split_once(':').ok_or_else(|| {
                ApiError::BadRequest(format!("A label is key:value, and '{label}' is not."))
            })?;
            Ok((key.to_owned(), value.to_owned()))
        });
        Ok(DeviceFilter {
            search: self
                .search
                .clone()
                .filter(|search| !search.is_empty())
                .map(|search| search.to_lowercase()),
            labels: labels.collect::<Result<_, ApiError>>()?,
            state: self.state,
        })
    }
}

/// Which part of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Rows on a page.
    limit: Option<usize>,
    /// Where the page starts: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    /// The number of rows, within bounds.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE)
    }

    /// The position, where one is given.
    pub(crate) fn position<T: serde::de::DeserializeOwned>(&self) -> Result<Option<T>, ApiError> {
        self.cursor.as_deref().map(cursor::decode).transpose()
    }
}

/// The device as it is shown.
pub(crate) fn device(fleet: &str, row: DeviceRow) -> Result<Device, ApiError> {
    Ok(Device {
        name: row.name.parse().map_err(ApiError::internal)?,
        fleet: fleet.parse().map_err(ApiError::internal)?,
        labels: row.labels.0,
        enabled: row.enabled,
        online: row.online,
        last_seen: row.last_seen_at,
        created_at: row.created_at,
        version: row.version,
    })
}

/// The device of a path, or 404.
pub(crate) async fn find<S>(
    state: &AppState,
    access: &FleetAccess<S>,
    name: &DeviceName,
) -> Result<DeviceRow, ApiError> {
    let mut connection = state.pool.acquire().await?;
    db::devices::find_device(&mut connection, access.fleet.id, name)
        .await?
        .ok_or_else(|| ApiError::not_found("device", name))
}

/// List devices.
///
/// By name, in pages. With `Accept: text/csv` or `application/x-ndjson` all of them, as `POST /devices/import` takes them.
/// Scope: `read`.
#[utoipa::path(get, path = "/devices", tag = "devices", params(DeviceQuery, PageQuery, ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, content(
        (Page<Device> = "application/json"),
        (String = "application/x-ndjson", example = "{\"name\":\"truck-0001\",\"enabled\":true,\"labels\":{\"site\":\"north\"}}\n"),
        (String = "text/csv", example = "name,enabled,labels\ntruck-0001,true,site=north\n"),
    )), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_devices(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Query(query): Query<DeviceQuery>,
    Query(page): Query<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let filter = query.filter()?;
    let format = Format::of(&headers);
    if format != Format::Json {
        return Ok(export::stream(state, access.fleet.id, filter, format));
    }
    let (limit, after) = (page.limit(), page.position::<String>()?);
    let mut connection = state.pool.acquire().await?;
    let more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows =
        db::devices::list_devices(&mut connection, access.fleet.id, &filter, after.as_deref(), more).await?;
    let next_cursor = cursor::cut(&mut rows, limit, |row| row.name.clone());
    let items = rows.into_iter().map(|row| device(&access.fleet.name, row)).collect::<Result<_, _>>()?;
    Ok(axum::Json(Page { items, next_cursor }).into_response())
}

/// Create a device.
///
/// Scope: `write`.
#[utoipa::path(post, path = "/devices", tag = "devices", request_body = CreateDeviceRequest, params(("fleet" = Option<FleetName>, Query)),
    responses((status = CREATED, body = Device), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create_device(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    Json(request): Json<CreateDeviceRequest>,
) -> Result<impl IntoResponse, ApiError> {
    check_labels(&request.labels)?;
    let (fleet, enabled) = (&access.fleet, request.enabled.unwrap_or(true));
    let mut transaction = state.pool.begin().await?;
    let row = db::devices::insert_device(&mut transaction, fleet.id, &request.name, &request.labels, enabled)
        .await
        .map_err(|error| match violated_constraint(&error) {
            Some("devices_fleet_id_name_key") => {
                ApiError::Conflict(format!("There is a device '{}' already.", request.name))
            }
            _ => error.into(),
        })?;
    let resource = request.name.as_str();
    audit::record(&mut transaction, &access, Some(fleet.id), "device.create", resource, json!(request))
        .await?;
    transaction.commit().await?;
    Ok((StatusCode::CREATED, etag(row.version), axum::Json(device(&fleet.name, row)?)))
}

/// Read a device.
///
/// Scope: `read`.
#[utoipa::path(get, path = "/devices/{device}", tag = "devices",
    params(("device" = DeviceName, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = Device), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_device(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Path(name): Path<DeviceName>,
) -> Result<impl IntoResponse, ApiError> {
    let row = find(&state, &access, &name).await?;
    Ok((etag(row.version), axum::Json(device(&access.fleet.name, row)?)))
}

/// Change a device.
///
/// What is absent stays; labels are replaced as a whole. Messages of a disabled device become dead letters. Needs If-Match with
/// the `ETag` last read. Scope: `write`.
#[utoipa::path(patch, path = "/devices/{device}", tag = "devices", request_body = UpdateDeviceRequest,
    params(("device" = DeviceName, Path), ("fleet" = Option<FleetName>, Query), ("If-Match" = String, Header)),
    responses((status = OK, body = Device), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn update_device(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    Path(name): Path<DeviceName>,
    IfMatch(version): IfMatch,
    Json(request): Json<UpdateDeviceRequest>,
) -> Result<impl IntoResponse, ApiError> {
    if let Some(labels) = &request.labels {
        check_labels(labels)?;
    }
    let (fleet, id) = (&access.fleet, find(&state, &access, &name).await?.id);
    let mut transaction = state.pool.begin().await?;
    let (labels, enabled) = (request.labels.as_ref(), request.enabled);
    if !db::devices::update_device(&mut transaction, id, version, labels, enabled).await? {
        return Err(ApiError::PreconditionFailed);
    }
    audit::record(&mut transaction, &access, Some(fleet.id), "device.update", name.as_str(), json!(request))
        .await?;
    let row = db::devices::find_device(&mut transaction, fleet.id, &name).await?;
    let row = row.ok_or_else(|| ApiError::not_found("device", &name))?;
    transaction.commit().await?;
    state.directory.forget(&fleet.name, name.as_str());
    Ok((etag(row.version), axum::Json(device(&fleet.name, row)?)))
}

/// Delete a device.
///
/// Its certificates stay revoked. Its readings can no longer be read, and go when retention drops their day. Scope: `write`.
#[utoipa::path(delete, path = "/devices/{device}", tag = "devices",
    params(("device" = DeviceName, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = NO_CONTENT), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete_device(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    Path(name): Path<DeviceName>,
) -> Result<StatusCode, ApiError> {
    let (fleet, id) = (&access.fleet, find(&state, &access, &name).await?.id);
    let mut transaction = state.pool.begin().await?;
    db::devices::delete_device(&mut transaction, id).await?;
    audit::record(&mut transaction, &access, Some(fleet.id), "device.delete", name.as_str(), json!({}))
        .await?;
    transaction.commit().await?;
    state.directory.forget(&fleet.name, name.as_str());
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses labels that are not as [`Labels`] says.
pub(crate) fn check_labels(labels: &Labels) -> Result<(), ApiError> {
    let is_word = |text: &str| {
        (1..=63).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    if labels.len() > 32 {
        return Err(ApiError::Invalid("A device has at most 32 labels.".into()));
    }
    match labels.iter().find(|(key, value)| !is_word(key) || !is_word(value)) {
        Some((key, _)) => Err(ApiError::Invalid(format!(
            "The label '{}' is not valid: keys and values are 1 to 63 characters of A-Z, a-z, 0-9, '.', '_' and '-'.",
            key.chars().take(80).collect::<String>()
        ))),
        None => Ok(()),
    }
}
