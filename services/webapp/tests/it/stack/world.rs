//! Sixty vehicles with an hour behind them: most well, a few not.

use std::{collections::BTreeMap, time::Duration};

use argosy_wire::{
    api::{
        credential::IssueCredentialRequest,
        device::CreateDeviceRequest,
        token::{CreateTokenRequest, Scope},
        user::Role,
    },
    status::StatusMessage,
};
use chrono::{TimeDelta, Utc};
use tokio::task::AbortHandle;

use super::{Fleet, history, vehicles};

/// A vehicle of the world.
struct Vehicle {
    name: String,
    /// When it was last heard, in seconds before now; never where there is none.
    heard: Option<i64>,
}

/// What there is to see.
pub(crate) struct World {
    pub(crate) fleet: Fleet,
    boot: i64,
}

/// A fleet that goes on driving until this is dropped.
pub(crate) struct Drive(AbortHandle);

impl Drop for Drive {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl World {
    /// Builds the world in a fleet of this name.
    pub(crate) async fn new(fleet: Fleet) -> Self {
        let world = Self { boot: Utc::now().timestamp() - 86_400, fleet };
        world.create_devices().await;
        history::tell_hour(&world.fleet, "truck-0001", 1).await;
        world.tell_traffic().await;
        world.hear().await;
        world.spoil().await;
        world.decide().await;
        world
    }

    async fn create_devices(&self) {
        let mut lines = String::new();
        for (number, vehicle) in (1..).zip(vehicles_of_the_world()) {
            let depot = ["berlin", "bremen", "hamburg", "leipzig"][number % 4];
            let kind = vehicle.name.rsplit_once('-').unwrap().0;
            let labels = BTreeMap::from([("depot".into(), depot.into()), ("kind".into(), kind.to_owned())]);
            let request = CreateDeviceRequest { name: vehicle.name.parse().unwrap(), labels, enabled: None };
            lines += &(serde_json::to_string(&request).unwrap() + "\n");
        }
        self.fleet.client.import_devices(lines.into()).await.unwrap();
    }

    /// Each vehicle's last word.
    async fn hear(&self) {
        let mut batch = self.fleet.batch();
        for (number, vehicle) in (1..).zip(vehicles_of_the_world()) {
            let (Some(heard), true) = (vehicle.heard, number != 1) else { continue };
            let at = Utc::now() - TimeDelta::seconds(heard);
            let values = vehicles::values(number, at.timestamp_millis() as f64 / 1000.0);
            batch.reading(&vehicle.name, (self.boot, 1), at, &values);
            let status = StatusMessage { online: heard < 60, boot: self.boot, connection: 1 };
            batch.status(&vehicle.name, at, status);
        }
        // One vehicle lost what it sent in a tunnel.
        let now = Utc::now();
        batch.reading("truck-0007", (self.boot, 16), now, &vehicles::values(7, now.timestamp() as f64));
        self.fleet.ingest(batch).await;
        self.fleet.disable("truck-0040").await;
    }

    /// Messages that cannot be stored.
    async fn spoil(&self) {
        let now = Utc::now();
        let mut batch = self.fleet.batch();
        for index in 1..=23 {
            let at = now - TimeDelta::seconds(index * 97 + 40);
            let payload = format!(
                r#"{{"boot":1763672400,"seq":{index},"points":[{{"ts":{},"values":{{"speed":42.5,"fuel":71}}}}]}}"#,
                at.timestamp_millis()
            );
            batch.telemetry("truck-0099", at, payload);
        }
        for index in 0..9 {
            let at = now - TimeDelta::seconds(index * 61 + 12);
            batch.telemetry("truck-0017", at, format!(r#"{{"speed":{{"kmh":{index}}},"fuel":70.5}}"#));
        }
        for index in 0..5u8 {
            let at = now - TimeDelta::seconds(i64::from(index) * 33 + 7);
            let mut payload = vec![0, 0x8f, 0x12 + index];
            payload.extend(b"speed=12.5;fuel=80\xff\xfe<script>alert(1)</script>");
            batch.telemetry("truck-0003", at, payload);
        }
        for index in 1..=3 {
            let payload =
                format!(r#"{{"boot":3,"seq":{index},"points":[{{"ts":12000,"values":{{"speed":3}}}}]}}"#);
            batch.telemetry("van-0002", now - TimeDelta::seconds(301), payload);
        }
        for _ in 0..14 {
            batch.telemetry("truck-0040", now - TimeDelta::seconds(95), r#"{"speed":12.5}"#);
        }
        let topic = format!("v1/{}/truck-0005/debug/core", self.fleet.name);
        batch.message(&topic, now - TimeDelta::seconds(2_000), r#"{"uptime":1200}"#);
        // As the fleet's own person, since no device is named by all of it.
        self.fleet.client.ingest(batch.into_lines().into()).await.unwrap();
    }

    /// What people did: certificates, tokens, users.
    async fn decide(&self) {
        let truck = "truck-0001".parse().unwrap();
        let request = IssueCredentialRequest { valid_days: Some(365), csr_pem: None };
        let first = self.fleet.client.issue_credential(&truck, &request).await.unwrap();
        self.fleet.client.revoke_credential(&truck, first.credential.id).await.unwrap();
        self.fleet.client.issue_credential(&truck, &request).await.unwrap();
        for (name, scopes, days) in [
            ("ingest", vec![Scope::Ingest], None),
            ("grafana dashboards", vec![Scope::Read], Some(90)),
            ("ci pipeline", vec![Scope::Read, Scope::Write], Some(2)),
        ] {
            let request = CreateTokenRequest {
                name: name.into(),
                fleet: Some(self.fleet.name.clone()),
                scopes,
                expires_in_days: days,
            };
            self.fleet.client.create_token(&request).await.unwrap();
        }
        let (operator, viewer) = (self.email("mara.lindqvist"), self.email("night-shift"));
        self.fleet.person(&operator, Role::Operator).await;
        self.fleet.person(&viewer, Role::Viewer).await;
    }

    /// Forgets the messages that made the world, as the hour's traffic tells them.
    pub(crate) async fn tell_traffic(&self) {
        history::tell_traffic(&self.fleet, 57.0).await;
    }

    /// An address of somebody of this fleet.
    pub(crate) fn email(&self, name: &str) -> String {
        format!("{name}@{}.example", self.fleet.name)
    }

    /// Every vehicle that is well sends once a second from now on.
    pub(crate) fn drive(&self) -> Drive {
        let (client, fleet, boot) =
            (self.fleet.stack.root.clone(), self.fleet.name.clone(), Utc::now().timestamp());
        let task = tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(250));
            for tick in 0.. {
                clock.tick().await;
                let mut batch = super::Batch::new(&fleet);
                let well = (1..)
                    .zip(vehicles_of_the_world())
                    .filter(|(_, one)| one.heard.is_some_and(|heard| heard < 60));
                // A quarter of them each time.
                for (number, vehicle) in well.filter(|(number, _)| number % 4 == tick % 4 && *number != 40) {
                    let now = Utc::now();
                    let values = vehicles::values(number, now.timestamp_millis() as f64 / 1000.0);
                    let seq = i64::try_from(tick / 4 + 1).unwrap();
                    batch.reading(&vehicle.name, (boot, seq), now, &values);
                }
                // A server that is too slow for this is no failure of the pages.
                let _ = client.ingest(batch.into_lines().into()).await;
            }
        });
        Drive(task.abort_handle())
    }
}

fn vehicles_of_the_world() -> impl Iterator<Item = Vehicle> {
    (1..=60).map(|number: i64| Vehicle {
        name: match number {
            1..=46 => format!("truck-{number:04}"),
            47..=54 => format!("van-{:04}", number - 46),
            _ => format!("cold-store-{:02}", number - 54),
        },
        heard: match number {
            58 => None,
            12 | 31 | 40 => Some(number * 700),
            _ => Some(number % 3),
        },
    })
}
