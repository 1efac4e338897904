//! `/devices/{device}/credentials` and `/device-ca`: the certificates that devices identify themselves with.

use argosy_wire::{
    DeviceName, FleetName,
    api::{
        credential::{Credential, IssueCredentialRequest, IssuedCredential},
        problem::Problem,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    audit,
    auth::{Access, FleetAccess, Read, Write},
    authorities, db,
    db::credentials::CredentialRow,
    extract::{Json, Path},
    handlers::devices,
    problem::ApiError,
    state::AppState,
};

/// Days that a certificate is valid, unless the request says otherwise.
const VALID_DAYS: i32 = 365;
/// The media type of PEM (RFC 8555, section 9.1).
const PEM: &str = "application/pem-certificate-chain";

fn credential(row: CredentialRow) -> Credential {
    Credential {
        id: row.id,
        serial: row.serial,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    }
}

/// List a device's certificates.
///
/// Newest first. Scope: `read`.
#[utoipa::path(get, path = "/devices/{device}/credentials", tag = "credentials",
    params(("device" = DeviceName, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = OK, body = [Credential]), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list_credentials(
    State(state): State<AppState>,
    access: FleetAccess<Read>,
    Path(name): Path<DeviceName>,
) -> Result<axum::Json<Vec<Credential>>, ApiError> {
    let device = devices::find(&state, &access, &name).await?;
    let mut connection = state.pool.acquire().await?;
    let rows = db::credentials::list_credentials(&mut connection, device.id).await?;
    Ok(axum::Json(rows.into_iter().map(credential).collect()))
}

/// Issue a certificate for a device.
///
/// Signed by the fleet's device CA, with the common name `fleet/device`. The private key is made here and shown once, unless the
/// device sends a signing request for its own. Several may be valid at once. Scope: `write`.
#[utoipa::path(post, path = "/devices/{device}/credentials", tag = "credentials", request_body = IssueCredentialRequest,
    params(("device" = DeviceName, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = CREATED, body = IssuedCredential), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn issue_credential(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    Path(name): Path<DeviceName>,
    Json(request): Json<IssueCredentialRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let valid_days = request.valid_days.unwrap_or(VALID_DAYS);
    if !(1..=3650).contains(&valid_days) {
        return Err(ApiError::Invalid("valid_days is 1 to 3650.".into()));
    }
    let device = devices::find(&state, &access, &name).await?;
    let fleet: FleetName = access.fleet.name.parse().map_err(ApiError::internal)?;
    let mut transaction = state.pool.begin().await?;
    let authority = authorities::of_fleet(&mut transaction, &state.seal, access.fleet.id, &fleet).await?;
    let issued =
        authority.issue(&fleet, &name, valid_days, request.csr_pem.as_deref()).map_err(
            |error| match request.csr_pem {
                Some(_) => ApiError::Invalid(format!("The signing request cannot be used: {error:#}.")),
                None => error.into(),
            },
        )?;
    let row = CredentialRow {
        id: Uuid::now_v7(),
        serial: issued.serial,
        created_at: issued.created_at,
        expires_at: issued.expires_at,
        revoked_at: None,
    };
    db::credentials::insert_credential(&mut transaction, access.fleet.id, device.id, &row).await?;
    let detail = json!({"id": row.id, "serial": row.serial, "valid_days": valid_days});
    let fleet_id = Some(access.fleet.id);
    audit::record(&mut transaction, &access, fleet_id, "credential.issue", name.as_str(), detail).await?;
    transaction.commit().await?;
    let body = IssuedCredential {
        credential: credential(row),
        certificate_pem: issued.certificate_pem,
        private_key_pem: issued.private_key_pem,
    };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(body)))
}

/// Revoke a certificate.
///
/// It appears on the revocation list, `GET /device-ca/crl`, at once; a broker refuses it once it has read the list. Scope: `write`.
#[utoipa::path(delete, path = "/devices/{device}/credentials/{id}", tag = "credentials",
    params(("device" = DeviceName, Path), ("id" = Uuid, Path), ("fleet" = Option<FleetName>, Query)),
    responses((status = NO_CONTENT), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn revoke_credential(
    State(state): State<AppState>,
    access: FleetAccess<Write>,
    Path((name, id)): Path<(DeviceName, Uuid)>,
) -> Result<StatusCode, ApiError> {
    let device = devices::find(&state, &access, &name).await?;
    let mut transaction = state.pool.begin().await?;
    if !db::credentials::revoke_credential(&mut transaction, device.id, id).await? {
        return Err(ApiError::not_found("credential", id));
    }
    let (fleet_id, detail) = (Some(access.fleet.id), json!({"id": id}));
    audit::record(&mut transaction, &access, fleet_id, "credential.revoke", name.as_str(), detail).await?;
    transaction.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The authority that a broker must trust.
///
/// The root of every fleet's device CA, in PEM. Scope: `read`.
#[utoipa::path(get, path = "/device-ca", tag = "credentials",
    responses((status = OK, body = String, content_type = "application/pem-certificate-chain"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_device_ca(
    State(state): State<AppState>,
    _access: Access<Read>,
) -> Result<impl IntoResponse, ApiError> {
    let mut connection = state.pool.acquire().await?;
    let root = authorities::root(&mut connection, &state.seal).await?;
    Ok(([(header::CONTENT_TYPE, PEM)], root.certificate_pem))
}

/// The revocation lists of the root and of every fleet's device CA.
///
/// In PEM, one after the other. A broker needs the list of each authority that signs its clients: ask again with If-None-Match every
/// few seconds; the answer is 304 until a certificate is revoked, a fleet is created, or the day ends. Scope: `read`.
#[utoipa::path(get, path = "/device-ca/crl", tag = "credentials",
    params(("if-none-match" = Option<String>, Header, description = "The ETag last read")),
    responses((status = OK, body = String, content_type = "application/x-pem-file"),
        (status = NOT_MODIFIED, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_device_crl(
    State(state): State<AppState>,
    access: Access<Read>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut connection = state.pool.acquire().await?;
    let mut fleets = Vec::new();
    // Lists are signed anew each day, long before they expire.
    let mut digest = Sha256::new().chain_update(Utc::now().date_naive().to_string());
    for fleet in db::fleets::list_fleets(&mut connection, access.fleet_id()).await? {
        let revoked = db::credentials::list_revoked(&mut connection, fleet.id).await?;
        digest.update(format!("/{}", fleet.name));
        for (serial, _) in &revoked {
            digest.update(format!("/{serial}"));
        }
        fleets.push((fleet, revoked));
    }
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.finalize()));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let mut text = authorities::root(&mut connection, &state.seal).await?.revocation_list(&[])?;
    for (fleet, revoked) in fleets {
        let name = fleet.name.parse().map_err(ApiError::internal)?;
        let authority = authorities::of_fleet(&mut connection, &state.seal, fleet.id, &name).await?;
        text.push_str(&authority.revocation_list(&revoked)?);
    }
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file".to_owned()), (header::ETAG, etag)], text)
        .into_response())
}
