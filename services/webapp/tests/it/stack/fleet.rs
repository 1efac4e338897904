//! A fleet of a test's own, with a person who sees nothing else.

use std::sync::atomic::{AtomicU32, Ordering};

use argosy_client::Client;
use argosy_wire::{
    DeviceName, FleetName,
    api::{
        device::CreateDeviceRequest,
        fleet::CreateFleetRequest,
        session::CreateSessionRequest,
        user::{CreateUserRequest, Role},
    },
    batch::IngestResponse,
};

use super::{Batch, Stack, stack};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A fleet and its admin, who is signed in.
pub(crate) struct Fleet {
    pub(crate) stack: &'static Stack,
    pub(crate) name: FleetName,
    /// What the person signs in as.
    pub(crate) email: String,
    /// The bearer of the person's session.
    pub(crate) bearer: String,
    /// The API as the person.
    pub(crate) client: Client,
}

impl Fleet {
    /// A new fleet under a name that nobody else has.
    pub(crate) async fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        Self::named(&format!("fleet-{}", COUNT.fetch_add(1, Ordering::Relaxed))).await
    }

    /// A new fleet under this name.
    pub(crate) async fn named(name: &str) -> Self {
        let stack = stack().await;
        let name: FleetName = name.parse().unwrap();
        let request = CreateFleetRequest {
            name: name.clone(),
            auto_register: false,
            retention_days: None,
            offline_after_seconds: None,
        };
        stack.root.create_fleet(&request).await.unwrap();
        let email = format!("admin@{name}.example");
        let bearer = person(stack, &name, &email, Role::Admin).await;
        let client = stack.root.with_bearer(bearer.clone().into());
        Self { stack, name, email, bearer, client }
    }

    /// The bearer of one more person's session.
    pub(crate) async fn person(&self, email: &str, role: Role) -> String {
        person(self.stack, &self.name, email, role).await
    }

    /// A device.
    pub(crate) async fn device(&self, name: &str, labels: &[(&str, &str)]) {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let request = CreateDeviceRequest { name: name.parse().unwrap(), labels, enabled: None };
        self.client.create_device(&request).await.unwrap();
    }

    /// Disables a device.
    pub(crate) async fn disable(&self, name: &str) {
        use argosy_wire::api::device::UpdateDeviceRequest;
        let name: DeviceName = name.parse().unwrap();
        let version = self.client.read_device(&name).await.unwrap().version;
        let request = UpdateDeviceRequest { labels: None, enabled: Some(false) };
        self.client.update_device(&name, version, &request).await.unwrap();
    }

    /// An empty batch of this fleet's.
    pub(crate) fn batch(&self) -> Batch {
        Batch::new(&self.name)
    }

    /// Sends a batch as ingest does.
    pub(crate) async fn ingest(&self, batch: Batch) -> IngestResponse {
        self.stack.root.ingest(batch.into_lines().into()).await.unwrap()
    }
}

async fn person(stack: &Stack, fleet: &FleetName, email: &str, role: Role) -> String {
    let (email, password) = (email.to_owned(), PASSWORD.to_owned());
    let request = CreateUserRequest {
        email: email.clone(),
        password: password.clone(),
        role,
        fleet: Some(fleet.clone()),
    };
    stack.root.create_user(&request).await.unwrap();
    stack.root.create_session(&CreateSessionRequest { email, password }).await.unwrap().secret
}
