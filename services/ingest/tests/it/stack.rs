//! Broker, API and what the tests ask of them.

use crate::{
    api::{Api, Mode},
    broker::Broker,
    device::Device,
    service::Service,
    until,
};

/// A broker and an API; services come and go.
pub(crate) struct Stack {
    pub(crate) broker: Broker,
    pub(crate) api: Api,
}

impl Stack {
    pub(crate) async fn start(mode: Mode) -> Self {
        Self { broker: Broker::start().await, api: Api::start(mode).await }
    }

    pub(crate) async fn service(&self, options: &[&str]) -> Service {
        self.replica("ingest", options).await
    }

    pub(crate) async fn replica(&self, client_id: &str, options: &[&str]) -> Service {
        let service = self.waiting(client_id, options).await;
        service.is_subscribed().await;
        service
    }

    /// A service that need not reach anything yet.
    pub(crate) async fn waiting(&self, client_id: &str, options: &[&str]) -> Service {
        Service::start(client_id, self.broker.port, &self.api.url, options).await
    }

    pub(crate) fn device(&self, name: &str) -> Device {
        Device::connect(name, self.broker.port)
    }

    /// Waits until so many different messages are committed, and returns how many were committed more than once.
    pub(crate) async fn committed(&self, messages: usize) -> usize {
        let times = until("commits", async || self.api.times().len(), |count| *count >= messages);
        assert_eq!(times.await, messages);
        self.api.times().values().filter(|times| **times > 1).count()
    }
}
