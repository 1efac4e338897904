//! What the played API lets itself be told.

use argosy_wire::api::{
    credential::{Credential, IssuedCredential},
    dead_letter::{DeadLetterDetail, DeadLetterSelection, DiscardResponse, ReplayResponse},
    device::{CreateDeviceRequest, Device, ImportResponse, UpdateDeviceRequest},
    fleet::{CreateFleetRequest, Fleet, UpdateFleetRequest},
    session::{CreateSessionRequest, CreatedSession},
    token::{CreateTokenRequest, CreatedToken, Token},
    user::{CreateUserRequest, UpdateUserRequest, User},
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use chrono::{TimeDelta, Utc};
use uuid::Uuid;

use super::{BEARER, EMAIL, Fake, PASSWORD, data, problem};

pub(super) async fn create_session(
    State(fake): State<Fake>,
    Json(request): Json<CreateSessionRequest>,
) -> Response {
    if request.email != EMAIL || request.password != PASSWORD {
        return problem(401, "Unauthorized", "The email or the password is wrong.");
    }
    let user = fake.world().users[0].clone();
    let expires_at = Utc::now() + TimeDelta::hours(24);
    (StatusCode::CREATED, Json(CreatedSession { secret: BEARER.into(), expires_at, user })).into_response()
}

pub(super) async fn delete_session(State(fake): State<Fake>) -> StatusCode {
    fake.world().is_signed_out = true;
    StatusCode::NO_CONTENT
}

pub(super) async fn create_fleet(
    State(fake): State<Fake>,
    Json(request): Json<CreateFleetRequest>,
) -> Json<Fleet> {
    let fleet = data::fleet(request.name.as_str());
    fake.world().fleets.push(fleet.clone());
    Json(fleet)
}

pub(super) async fn update_fleet(
    State(fake): State<Fake>,
    Path(name): Path<String>,
    Json(request): Json<UpdateFleetRequest>,
) -> Json<Fleet> {
    let mut world = fake.world();
    let fleet = world.fleets.iter_mut().find(|fleet| fleet.name.as_str() == name).unwrap();
    fleet.retention_days = request.retention_days.unwrap_or(fleet.retention_days);
    fleet.auto_register = request.auto_register.unwrap_or(fleet.auto_register);
    Json(fleet.clone())
}

pub(super) async fn create_device(
    State(fake): State<Fake>,
    Json(request): Json<CreateDeviceRequest>,
) -> Response {
    let mut world = fake.world();
    if world.devices.iter().any(|device| device.name == request.name) {
        return problem(409, "Conflict", &format!("There is a device {} already.", request.name));
    }
    let device = Device {
        name: request.name,
        fleet: "demo".parse().unwrap(),
        labels: request.labels,
        enabled: true,
        online: false,
        last_seen: None,
        created_at: Utc::now(),
        version: 1,
    };
    world.devices.push(device.clone());
    (StatusCode::CREATED, Json(device)).into_response()
}

pub(super) async fn import_devices(body: String) -> Json<ImportResponse> {
    let created = u64::try_from(body.lines().count()).unwrap();
    Json(ImportResponse { created, ..ImportResponse::default() })
}

pub(super) async fn update_device(
    State(fake): State<Fake>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(request): Json<UpdateDeviceRequest>,
) -> Response {
    let mut world = fake.world();
    let device = world.devices.iter_mut().find(|device| device.name.as_str() == name).unwrap();
    if headers["if-match"] != format!("\"{}\"", device.version) {
        return problem(412, "Precondition failed", "The device has another version.");
    }
    device.version += 1;
    device.enabled = request.enabled.unwrap_or(device.enabled);
    device.labels = request.labels.unwrap_or_else(|| device.labels.clone());
    Json(device.clone()).into_response()
}

pub(super) async fn delete_device(State(fake): State<Fake>, Path(name): Path<String>) -> StatusCode {
    fake.world().devices.retain(|device| device.name.as_str() != name);
    StatusCode::NO_CONTENT
}

pub(super) async fn issue_credential(State(fake): State<Fake>, Path(name): Path<String>) -> Response {
    let now = Utc::now();
    let credential = Credential {
        id: Uuid::from_u128(9),
        serial: "77c0ffee11d2a8b3".into(),
        created_at: now,
        expires_at: now + TimeDelta::days(365),
        revoked_at: None,
    };
    fake.world().credentials.entry(name).or_default().insert(0, credential.clone());
    let issued = IssuedCredential {
        credential,
        certificate_pem: "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUd8D\n-----END CERTIFICATE-----\n"
            .into(),
        private_key_pem: Some(
            "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n".into(),
        ),
    };
    (StatusCode::CREATED, Json(issued)).into_response()
}

pub(super) async fn revoke_credential(
    State(fake): State<Fake>,
    Path((name, id)): Path<(String, Uuid)>,
) -> StatusCode {
    let mut world = fake.world();
    for credential in world.credentials.entry(name).or_default() {
        if credential.id == id {
            credential.revoked_at = Some(Utc::now());
        }
    }
    StatusCode::NO_CONTENT
}

fn is_chosen(letter: &DeadLetterDetail, selection: &DeadLetterSelection) -> bool {
    let letter = &letter.dead_letter;
    selection.ids.as_ref().is_none_or(|ids| ids.contains(&letter.id))
        && selection.reason.is_none_or(|reason| reason == letter.reason)
        && selection.device.as_ref().is_none_or(|device| letter.device.as_ref() == Some(device))
}

fn remove(fake: &Fake, selection: &DeadLetterSelection) -> u64 {
    let mut world = fake.world();
    let before = world.dead_letters.len();
    world.dead_letters.retain(|letter| !is_chosen(letter, selection));
    u64::try_from(before - world.dead_letters.len()).unwrap()
}

pub(super) async fn replay(
    State(fake): State<Fake>,
    Json(selection): Json<DeadLetterSelection>,
) -> Json<ReplayResponse> {
    Json(ReplayResponse { stored: remove(&fake, &selection), duplicate: 0, refused: 0 })
}

pub(super) async fn discard(
    State(fake): State<Fake>,
    Json(selection): Json<DeadLetterSelection>,
) -> Json<DiscardResponse> {
    Json(DiscardResponse { discarded: remove(&fake, &selection) })
}

pub(super) async fn create_token(
    State(fake): State<Fake>,
    Json(request): Json<CreateTokenRequest>,
) -> Response {
    let token = Token {
        id: Uuid::from_u128(99),
        name: request.name,
        fleet: request.fleet,
        scopes: request.scopes,
        created_at: Utc::now(),
        expires_at: request.expires_in_days.map(|days| Utc::now() + TimeDelta::days(days.into())),
        last_used_at: None,
    };
    fake.world().tokens.push(token.clone());
    let created = CreatedToken { token, secret: "argosy_4xk29fmq7v8w1z3c5t6y".into() };
    (StatusCode::CREATED, Json(created)).into_response()
}

pub(super) async fn delete_token(State(fake): State<Fake>, Path(id): Path<Uuid>) -> StatusCode {
    fake.world().tokens.retain(|token| token.id != id);
    StatusCode::NO_CONTENT
}

pub(super) async fn create_user(
    State(fake): State<Fake>,
    Json(request): Json<CreateUserRequest>,
) -> Json<User> {
    let user = User {
        id: Uuid::from_u128(77),
        email: request.email,
        role: request.role,
        fleet: request.fleet,
        created_at: Utc::now(),
        last_sign_in_at: None,
    };
    fake.world().users.push(user.clone());
    Json(user)
}

pub(super) async fn update_user(
    State(fake): State<Fake>,
    Path(id): Path<Uuid>,
    Json(request): Json<UpdateUserRequest>,
) -> Json<User> {
    let mut world = fake.world();
    let user = world.users.iter_mut().find(|user| user.id == id).unwrap();
    user.role = request.role.unwrap_or(user.role);
    Json(user.clone())
}

pub(super) async fn delete_user(State(fake): State<Fake>, Path(id): Path<Uuid>) -> StatusCode {
    fake.world().users.retain(|user| user.id != id);
    StatusCode::NO_CONTENT
}
