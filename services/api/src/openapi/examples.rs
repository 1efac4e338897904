//! An example of every operation. Each is read as the type it is an example of, so none is of an older version.

use argosy_wire::{
    DeviceName,
    api::{
        Page,
        audit::AuditEntry,
        credential::{Credential, IssueCredentialRequest, IssuedCredential},
        dead_letter::{DeadLetter, DeadLetterDetail, DeadLetterSelection, DiscardResponse, ReplayResponse},
        delivery::DeliveryResponse,
        device::{CreateDeviceRequest, Device, ImportResponse, UpdateDeviceRequest},
        fleet::{CreateFleetRequest, Fleet, UpdateFleetRequest},
        overview::OverviewResponse,
        presence::PresenceResponse,
        reading::{LatestValues, ReadingsResponse},
        session::{CreateSessionRequest, CreatedSession, Me},
        token::{CreateTokenRequest, CreatedToken, Token},
        user::{CreateUserRequest, UpdateUserRequest, User},
    },
    batch::IngestResponse,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Bodies of an operation, where it has any.
#[derive(Debug, Default)]
pub(super) struct Example {
    /// Of the request.
    pub(super) request: Option<Value>,
    /// Of the answer.
    pub(super) response: Option<Value>,
}

/// The example of an operation.
pub(super) fn of(operation_id: &str) -> Option<Example> {
    let (request, response) = match operation_id {
        "create_session" => (
            typed::<CreateSessionRequest>(
                json!({"email": "admin@localhost", "password": "correct horse battery"}),
            ),
            typed::<CreatedSession>(
                json!({"secret": "argosys_5d1c...", "expires_at": LATER, "user": user()}),
            ),
        ),
        "read_me" => (None, typed::<Me>(json!({"name": "ci pipeline", "scopes": ["read"], "fleet": "demo"}))),
        "list_fleets" => (None, typed::<Vec<Fleet>>(json!([fleet()]))),
        "create_fleet" => (typed::<CreateFleetRequest>(json!({"name": "demo"})), typed::<Fleet>(fleet())),
        "read_fleet" => (None, typed::<Fleet>(fleet())),
        "update_fleet" => {
            (typed::<UpdateFleetRequest>(json!({"retention_days": 90})), typed::<Fleet>(fleet()))
        }
        "read_overview" => (None, typed::<OverviewResponse>(overview())),
        "list_devices" => (None, typed::<Page<Device>>(json!({"items": [device()], "next_cursor": CURSOR}))),
        "create_device" => (
            typed::<CreateDeviceRequest>(json!({"name": "truck-0001", "labels": {"site": "north"}})),
            typed::<Device>(device()),
        ),
        "read_device" => (None, typed::<Device>(device())),
        "update_device" => {
            (typed::<UpdateDeviceRequest>(json!({"labels": {"site": "north"}})), typed::<Device>(device()))
        }
        "import_devices" => (None, typed::<ImportResponse>(import())),
        "list_credentials" => (None, typed::<Vec<Credential>>(json!([credential()]))),
        "issue_credential" => (
            typed::<IssueCredentialRequest>(json!({"valid_days": 365})),
            typed::<IssuedCredential>(json!({
                "credential": credential(),
                "certificate_pem": PEM,
                "private_key_pem": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
            })),
        ),
        "read_device_ca" => (None, typed::<String>(json!(PEM))),
        "read_device_crl" => {
            (None, typed::<String>(json!("-----BEGIN X509 CRL-----\n...\n-----END X509 CRL-----\n")))
        }
        "ingest_batch" => {
            (None, typed::<IngestResponse>(json!({"stored": 1, "duplicate": 0, "dead_lettered": 0})))
        }
        "read_device_readings" | "read_readings" => (None, typed::<ReadingsResponse>(readings())),
        "read_latest" => (None, typed::<LatestValues>(latest())),
        "list_latest" => (None, typed::<Page<LatestValues>>(json!({"items": [latest()]}))),
        "read_stream" => (
            None,
            Some(json!(format!("id: 1763672400000-7\nevent: presence\ndata: {}\n\n", presence_event()))),
        ),
        "read_delivery" => (None, typed::<DeliveryResponse>(delivery())),
        "read_presence" => (None, typed::<PresenceResponse>(presence())),
        "list_dead_letters" => (None, typed::<Page<DeadLetter>>(json!({"items": [dead_letter()]}))),
        "read_dead_letter" => (None, typed::<DeadLetterDetail>(dead_letter_detail())),
        "replay_dead_letters" => (
            typed::<DeadLetterSelection>(json!({"reason": "unknown_device", "device": "truck-0002"})),
            typed::<ReplayResponse>(json!({"stored": 12, "duplicate": 0, "refused": 0})),
        ),
        "discard_dead_letters" => (
            typed::<DeadLetterSelection>(json!({"ids": [17, 18]})),
            typed::<DiscardResponse>(json!({"discarded": 2})),
        ),
        "list_users" => (None, typed::<Vec<User>>(json!([user()]))),
        "create_user" => (
            typed::<CreateUserRequest>(
                json!({"email": "ada@example.com", "password": "correct horse battery", "role": "operator", "fleet": "demo"}),
            ),
            typed::<User>(user()),
        ),
        "update_user" => (typed::<UpdateUserRequest>(json!({"role": "viewer"})), typed::<User>(user())),
        "list_tokens" => (None, typed::<Vec<Token>>(json!([token()]))),
        "create_token" => (
            typed::<CreateTokenRequest>(
                json!({"name": "ci pipeline", "scopes": ["read"], "expires_in_days": 90}),
            ),
            typed::<CreatedToken>(json!({"token": token(), "secret": "argosy_8c0f..."})),
        ),
        "list_audit" => (None, typed::<Page<AuditEntry>>(json!({"items": [change()]}))),
        _ => return None,
    };
    Some(Example { request, response })
}

const EARLIER: &str = "2026-01-31T11:59:00Z";
const NOW: &str = "2026-01-31T12:00:00Z";
const LATER: &str = "2026-02-01T12:00:00Z";
const CURSOR: &str = "InRydWNrLTAwNTAi";
const PEM: &str = "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n";
const ID: &str = "01995a3c-4d2f-7c1e-8f0a-1b2c3d4e5f60";

/// The value as `T` reads and writes it. `None` where it is no `T`, which a test does not let pass.
fn typed<T: DeserializeOwned + Serialize>(value: Value) -> Option<Value> {
    serde_json::from_value::<T>(value).and_then(|body| serde_json::to_value(body)).ok()
}

fn device_name() -> Value {
    json!("truck-0001".parse::<DeviceName>().ok())
}

fn fleet() -> Value {
    json!({"name": "demo", "auto_register": false, "retention_days": 90, "offline_after_seconds": 120, "created_at": EARLIER, "version": 1})
}

fn device() -> Value {
    json!({"name": device_name(), "fleet": "demo", "labels": {"site": "north"}, "enabled": true, "online": true, "last_seen": NOW,
        "created_at": EARLIER, "version": 1})
}

fn import() -> Value {
    json!({"created": 2, "updated": 1, "refused": [{"line": 4, "detail": "enabled is true or false"}], "refused_count": 1})
}

fn credential() -> Value {
    json!({"id": ID, "serial": "4f2a9c0d1e3b5a7788990a0b0c0d0e0f", "created_at": EARLIER, "expires_at": LATER, "revoked_at": null})
}

fn user() -> Value {
    json!({"id": ID, "email": "ada@example.com", "role": "operator", "fleet": "demo", "created_at": EARLIER, "last_sign_in_at": NOW})
}

fn token() -> Value {
    json!({"id": ID, "name": "ci pipeline", "fleet": "demo", "scopes": ["read"], "created_at": EARLIER, "expires_at": LATER,
        "last_used_at": NOW})
}

fn change() -> Value {
    json!({"id": 42, "at": NOW, "actor": "user:ada@example.com", "fleet": "demo", "action": "device.create",
        "resource": device_name(), "detail": {"name": device_name(), "labels": {"site": "north"}}})
}

fn overview() -> Value {
    json!({"fleet": "demo", "devices": 50, "online": 48, "disabled": 1, "messages_per_second": 49.7,
        "traffic": [{"at": NOW, "messages": 497, "points": 497, "duplicates": 2, "dead_letters": 1}],
        "missing": 3, "devices_with_gaps": 1, "dead_letters": [{"reason": "not_json", "count": 1}], "changes": [change()]})
}

fn readings() -> Value {
    json!({"from": EARLIER, "to": NOW, "every_seconds": 30, "aggregate": "mean",
        "series": [{"device": device_name(), "readings": [{"ts": EARLIER, "values": {"speed": 12.5}}]}]})
}

fn latest() -> Value {
    json!({"device": device_name(), "last_seen": NOW, "values": {"speed": {"ts": NOW, "value": 12.5}}})
}

fn presence_event() -> Value {
    json!({"event": "presence", "device": device_name(), "at": NOW, "online": true})
}

fn presence() -> Value {
    json!({"online": true, "online_before": false, "events": [{"at": NOW, "online": true, "source": "status"}]})
}

fn delivery() -> Value {
    json!({"device": device_name(), "missing": 1, "duplicates": 2, "boots": [{"boot": 1_763_672_400, "received": 41, "highest": 42,
        "missing": 1, "duplicates": 2, "ranges": [{"first": 1, "last": 6}, {"first": 8, "last": 42}],
        "gaps": [{"first": 7, "last": 7}]}]})
}

fn dead_letter() -> Value {
    json!({"id": 17, "fleet": "demo", "device": "truck-0002", "topic": "v1/demo/truck-0002/telemetry", "reason": "unknown_device",
        "detail": "there is no device 'truck-0002'", "received_at": EARLIER, "last_received_at": NOW, "occurrences": 12,
        "payload_bytes": 14})
}

fn dead_letter_detail() -> Value {
    let mut detail = dead_letter();
    detail["payload_text"] = json!("{\"speed\":12.5}");
    detail["payload_base64"] = json!("eyJzcGVlZCI6MTIuNX0=");
    detail
}
