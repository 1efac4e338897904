//! `/fleets`: the tenants.

use argosy_wire::{
    FleetName,
    api::{
        fleet::{CreateFleetRequest, Fleet, UpdateFleetRequest},
        problem::Problem,
    },
};
use axum::{extract::State, http::StatusCode, response::IntoResponse};
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    audit,
    auth::{Access, Admin, Principal, Read},
    authorities, db,
    db::fleets::{FleetRow, NewFleet},
    extract::{IfMatch, Json, Path, etag},
    problem::{ApiError, violated_constraint},
    seal::Seal,
    state::AppState,
};

impl TryFrom<FleetRow> for Fleet {
    type Error = ApiError;

    fn try_from(row: FleetRow) -> Result<Self, ApiError> {
        Ok(Self {
            name: row.name.parse().map_err(ApiError::internal)?,
            auto_register: row.auto_register,
            retention_days: row.retention_days,
            offline_after_seconds: row.offline_after_seconds,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

/// List fleets.
///
/// Those the bearer may see. Scope: `read`.
#[utoipa::path(get, path = "/fleets", tag = "fleets",
    responses((status = OK, body = [Fleet]), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_fleets(
    State(state): State<AppState>,
    access: Access<Read>,
) -> Result<axum::Json<Vec<Fleet>>, ApiError> {
    let mut connection = state.pool.acquire().await?;
    let rows = db::fleets::list_fleets(&mut connection, access.fleet_id()).await?;
    Ok(axum::Json(rows.into_iter().map(Fleet::try_from).collect::<Result<_, _>>()?))
}

/// Create a fleet.
///
/// With a certificate authority of its own for its devices. Scope: `admin`, for every fleet.
#[utoipa::path(post, path = "/fleets", tag = "fleets", request_body = CreateFleetRequest,
    responses((status = CREATED, body = Fleet), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create_fleet(
    State(state): State<AppState>,
    access: Access<Admin>,
    Json(request): Json<CreateFleetRequest>,
) -> Result<impl IntoResponse, ApiError> {
    if access.fleet.is_some() {
        return Err(ApiError::Forbidden("Only one who manages every fleet may create another.".into()));
    }
    check(request.retention_days, request.offline_after_seconds)?;
    let mut transaction = state.pool.begin().await?;
    let fleet: Fleet = create(&mut transaction, &state.seal, &access, &request).await?.try_into()?;
    transaction.commit().await?;
    Ok((StatusCode::CREATED, etag(fleet.version), axum::Json(fleet)))
}

/// Creates a fleet and its authority.
pub(crate) async fn create(
    connection: &mut PgConnection,
    seal: &Seal,
    principal: &Principal,
    request: &CreateFleetRequest,
) -> Result<FleetRow, ApiError> {
    let root = authorities::root(connection, seal).await?;
    let authority = root.for_fleet(&request.name)?;
    let key_sealed = seal.seal(&authorities::fleet_purpose(&request.name), &authority.key_pem)?;
    let fleet = NewFleet {
        name: &request.name,
        auto_register: request.auto_register,
        retention_days: request.retention_days,
        offline_after_seconds: request.offline_after_seconds,
        ca_certificate_pem: &authority.certificate_pem,
        ca_key_sealed: &key_sealed,
    };
    let row =
        db::fleets::insert_fleet(connection, fleet).await.map_err(|error| {
            match violated_constraint(&error) {
                Some("fleets_name_key") => {
                    ApiError::Conflict(format!("There is a fleet '{}' already.", request.name))
                }
                _ => error.into(),
            }
        })?;
    let resource = request.name.as_str();
    audit::record(connection, principal, Some(row.id), "fleet.create", resource, json!(request)).await?;
    Ok(row)
}

/// Read a fleet.
///
/// Scope: `read`.
#[utoipa::path(get, path = "/fleets/{fleet}", tag = "fleets", params(("fleet" = FleetName, Path)),
    responses((status = OK, body = Fleet), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_fleet(
    State(state): State<AppState>,
    access: Access<Read>,
    Path(name): Path<FleetName>,
) -> Result<impl IntoResponse, ApiError> {
    let fleet: Fleet = find(&state, &access, &name).await?.try_into()?;
    Ok((etag(fleet.version), axum::Json(fleet)))
}

/// Change a fleet.
///
/// What is absent stays. Needs If-Match with the `ETag` last read. Scope: `admin`.
#[utoipa::path(patch, path = "/fleets/{fleet}", tag = "fleets", params(("fleet" = FleetName, Path), ("If-Match" = String, Header)),
    request_body = UpdateFleetRequest,
    responses((status = OK, body = Fleet), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn update_fleet(
    State(state): State<AppState>,
    access: Access<Admin>,
    Path(name): Path<FleetName>,
    IfMatch(version): IfMatch,
    Json(request): Json<UpdateFleetRequest>,
) -> Result<impl IntoResponse, ApiError> {
    check(request.retention_days, request.offline_after_seconds)?;
    let id = find(&state, &access, &name).await?.id;
    let mut transaction = state.pool.begin().await?;
    let row = db::fleets::update_fleet(
        &mut transaction,
        id,
        version,
        request.auto_register,
        request.retention_days,
        request.offline_after_seconds,
    )
    .await?
    .ok_or(ApiError::PreconditionFailed)?;
    audit::record(&mut transaction, &access, Some(id), "fleet.update", name.as_str(), json!(request)).await?;
    transaction.commit().await?;
    let fleet: Fleet = row.try_into()?;
    Ok((etag(fleet.version), axum::Json(fleet)))
}

async fn find(state: &AppState, principal: &Principal, name: &FleetName) -> Result<FleetRow, ApiError> {
    let mut connection = state.pool.acquire().await?;
    db::fleets::find_fleet(&mut connection, name)
        .await?
        .filter(|row| principal.fleet_id().is_none_or(|bound| bound == row.id))
        .ok_or_else(|| ApiError::not_found("fleet", name))
}

fn check(retention_days: Option<i32>, offline_after_seconds: Option<i32>) -> Result<(), ApiError> {
    if retention_days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(ApiError::Invalid("retention_days is 1 to 3650.".into()));
    }
    if offline_after_seconds.is_some_and(|seconds| !(5..=86_400).contains(&seconds)) {
        return Err(ApiError::Invalid("offline_after_seconds is 5 to 86400.".into()));
    }
    Ok(())
}
