//! What the played API knows at first.

use std::collections::BTreeMap;

use argosy_wire::{
    DeadLetterReason,
    api::{
        audit::AuditEntry,
        credential::Credential,
        dead_letter::{DeadLetter, DeadLetterDetail},
        device::Device,
        fleet::Fleet,
        token::{Scope, Token},
        user::{Role, User},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::EMAIL;

/// Everything the played API knows.
pub(crate) struct World {
    pub(crate) is_away: bool,
    pub(crate) is_signed_out: bool,
    pub(crate) role: Role,
    pub(crate) fleets: Vec<Fleet>,
    pub(crate) devices: Vec<Device>,
    pub(crate) dead_letters: Vec<DeadLetterDetail>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) users: Vec<User>,
    pub(crate) credentials: BTreeMap<String, Vec<Credential>>,
    pub(crate) audit: Vec<AuditEntry>,
    pub(crate) missing: i64,
    /// Events a second of the live tail.
    pub(crate) pace: f64,
}

fn ago(seconds: i64) -> DateTime<Utc> {
    Utc::now() - TimeDelta::seconds(seconds)
}

impl Default for World {
    fn default() -> Self {
        let devices: Vec<Device> = (1..=60).map(device).collect();
        Self {
            is_away: false,
            is_signed_out: false,
            role: Role::Admin,
            fleets: vec![fleet("demo")],
            dead_letters: dead_letters(),
            tokens: tokens(),
            users: users(),
            credentials: devices
                .iter()
                .map(|device| (device.name.to_string(), credentials(device)))
                .collect(),
            devices,
            audit: audit(),
            missing: 27,
            pace: 25.0,
        }
    }
}

impl World {
    /// A fleet in which nothing has happened yet.
    pub(crate) fn empty(&mut self) {
        self.devices.clear();
        self.dead_letters.clear();
        self.tokens.clear();
        self.audit.clear();
        self.missing = 0;
        self.pace = 0.0;
    }
}

pub(crate) fn fleet(name: &str) -> Fleet {
    Fleet {
        name: name.parse().unwrap(),
        auto_register: name != "demo",
        retention_days: 90,
        offline_after_seconds: 120,
        created_at: ago(86_400 * 40),
        version: 3,
    }
}

fn device(number: usize) -> Device {
    let (kind, name) = match number {
        1..=46 => ("truck", format!("truck-{number:04}")),
        47..=54 => ("van", format!("van-{:04}", number - 46)),
        _ => ("cold-store", format!("cold-store-{:02}", number - 54)),
    };
    let depot = ["berlin", "bremen", "hamburg", "leipzig"][number % 4];
    let is_offline = matches!(number, 12 | 31 | 58);
    let is_disabled = number == 40;
    Device {
        name: name.parse().unwrap(),
        fleet: "demo".parse().unwrap(),
        labels: [("depot", depot), ("kind", kind)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        enabled: !is_disabled,
        online: !is_offline && !is_disabled,
        last_seen: match number {
            58 => None,
            12 | 31 | 40 => Some(ago(i64::try_from(number).unwrap() * 700)),
            _ => Some(ago(i64::try_from(number % 2).unwrap())),
        },
        created_at: ago(86_400 * 30),
        version: 1,
    }
}

fn credentials(device: &Device) -> Vec<Credential> {
    let certificate = |id: u128, serial: &str, issued: i64, valid: i64, revoked: Option<i64>| Credential {
        id: Uuid::from_u128(id),
        serial: serial.into(),
        created_at: ago(issued),
        expires_at: ago(issued - valid),
        revoked_at: revoked.map(ago),
    };
    let _ = device;
    vec![
        certificate(1, "3fa2c81b5d0e7c44", 86_400 * 12, 86_400 * 365, None),
        certificate(2, "1c9d04e2aa317f58", 86_400 * 28, 86_400 * 365, Some(86_400 * 12)),
    ]
}

fn dead_letters() -> Vec<DeadLetterDetail> {
    use DeadLetterReason as R;
    let kinds: [(R, &str, &str, &[u8], usize); 6] = [
        (R::UnknownDevice, "truck-0099", "There is no device truck-0099 in the fleet demo.", br#"{"boot":1763672400,"seq":12,"points":[{"ts":1763672405123,"values":{"speed":42.5,"fuel":71}}]}"#, 23),
        (R::BadMessage, "truck-0017", "points[0].values.speed: NaN is not a value", br#"{"boot":1763672400,"seq":8,"points":[{"ts":1763672405123,"values":{"speed":{"kmh":12}}}]}"#, 9),
        (R::NotJson, "truck-0003", "expected value at line 1 column 1", b"\x00\x8f\x12speed=12.5;fuel=80\xff\xfe<script>alert(1)</script>", 5),
        (R::TimestampOutOfRange, "van-0002", "ts 1970-01-01T00:00:12Z lies before the fleet's retention", br#"{"boot":3,"seq":1,"points":[{"ts":12000,"values":{"speed":3}}]}"#, 3),
        (R::DeviceDisabled, "truck-0040", "The device truck-0040 is disabled.", br#"{"speed":12.5}"#, 2),
        (R::TopicMismatch, "truck-0005", "The topic v1/demo/truck-0005/debug/core is neither telemetry nor status.", br#"{"uptime":1200}"#, 1),
    ];
    let mut letters = Vec::new();
    for (reason, device, detail, payload, count) in kinds {
        for index in 0..count {
            let number = letters.len();
            letters.push(letter(
                i64::try_from(number).unwrap() + 1001,
                reason,
                device,
                detail,
                payload,
                index,
            ));
        }
    }
    letters
}

fn letter(
    id: i64,
    reason: DeadLetterReason,
    device: &str,
    detail: &str,
    payload: &[u8],
    index: usize,
) -> DeadLetterDetail {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let age = i64::try_from(index).unwrap() * 97 + id % 50;
    DeadLetterDetail {
        dead_letter: DeadLetter {
            id,
            fleet: Some("demo".into()),
            device: Some(device.into()),
            topic: format!("v1/demo/{device}/telemetry"),
            reason,
            detail: detail.into(),
            received_at: ago(age + 600),
            last_received_at: ago(age),
            occurrences: if index == 0 { 14 } else { 1 },
            payload_bytes: i64::try_from(payload.len()).unwrap(),
        },
        payload_text: std::str::from_utf8(payload).ok().map(ToOwned::to_owned),
        payload_base64: STANDARD.encode(payload),
    }
}

fn tokens() -> Vec<Token> {
    let token = |id: u128, name: &str, scopes: &[Scope], expires: Option<i64>, used: Option<i64>| Token {
        id: Uuid::from_u128(id),
        name: name.into(),
        fleet: (id != 1).then(|| "demo".parse().unwrap()),
        scopes: scopes.to_vec(),
        created_at: ago(86_400 * 20),
        expires_at: expires.map(ago),
        last_used_at: used.map(ago),
    };
    vec![
        token(1, "admin", &[Scope::Read, Scope::Write, Scope::Ingest, Scope::Admin], None, Some(30)),
        token(2, "ingest", &[Scope::Ingest], None, Some(4)),
        token(3, "grafana dashboards", &[Scope::Read], Some(-86_400 * 70), Some(3700)),
        token(4, "ci pipeline", &[Scope::Read, Scope::Write], Some(86_400 * 2), Some(86_400 * 3)),
    ]
}

fn users() -> Vec<User> {
    let user = |id: u128, email: &str, role, fleet: Option<&str>, last: Option<i64>| User {
        id: Uuid::from_u128(id),
        email: email.into(),
        role,
        fleet: fleet.map(|fleet| fleet.parse().unwrap()),
        created_at: ago(86_400 * 35),
        last_sign_in_at: last.map(ago),
    };
    vec![
        user(1, EMAIL, Role::Admin, None, Some(120)),
        user(2, "mara.lindqvist@example.com", Role::Operator, Some("demo"), Some(5400)),
        user(3, "night-shift@example.com", Role::Viewer, Some("demo"), None),
    ]
}

fn audit() -> Vec<AuditEntry> {
    let changes: [(&str, &str, &str, Value); 8] = [
        ("user:mara.lindqvist@example.com", "device.update", "truck-0040", json!({"enabled": false})),
        ("user:admin@localhost", "credential.issue", "truck-0031", json!({"serial": "3fa2c81b5d0e7c44"})),
        ("user:admin@localhost", "credential.revoke", "truck-0031", json!({"serial": "1c9d04e2aa317f58"})),
        ("token:ci pipeline", "device.create", "cold-store-06", json!({"labels": {"depot": "hamburg"}})),
        (
            "user:mara.lindqvist@example.com",
            "dead_letter.discard",
            "41 dead letters",
            json!({"reason": "not_json"}),
        ),
        ("user:admin@localhost", "fleet.update", "demo", json!({"retention_days": 90})),
        ("user:admin@localhost", "token.create", "grafana dashboards", json!({"scopes": ["read"]})),
        ("system", "fleet.create", "demo", json!({})),
    ];
    let at = [184, 2100, 2160, 8800, 20_000, 90_000, 172_000, 400_000];
    changes
        .into_iter()
        .zip(at)
        .enumerate()
        .map(|(index, ((actor, action, resource, detail), at))| AuditEntry {
            id: 100 - i64::try_from(index).unwrap(),
            at: ago(at),
            actor: actor.into(),
            fleet: Some("demo".parse().unwrap()),
            action: action.into(),
            resource: resource.into(),
            detail,
        })
        .collect()
}
