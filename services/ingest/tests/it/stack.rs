//! Broker, API and what the tests ask of them.

use argosy_testkit::{Issued, PrivateBroker};

use crate::{
    api::{Api, Mode},
    device::Device,
    service::Service,
    until,
};

/// A broker and an API; services come and go.
pub(crate) struct Stack {
    pub(crate) broker: PrivateBroker,
    pub(crate) api: Api,
}

impl Stack {
    pub(crate) async fn start(mode: Mode) -> Self {
        Self { broker: argosy_testkit::private_broker().await.unwrap(), api: Api::start(mode).await }
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
        Service::start(client_id, &self.broker.url, &self.api.url, options).await
    }

    pub(crate) fn device(&self, name: &str) -> Device {
        Device::connect(name, Device::options(name, &self.broker))
    }

    /// A device that shows a certificate of this name.
    pub(crate) fn device_with_certificate(&self, name: &str, certificate: &Issued) -> Device {
        Device::connect(name, Device::tls_options(name, &self.broker, certificate))
    }

    /// Waits until so many different messages are committed, and returns how many were committed more than once.
    pub(crate) async fn committed(&self, messages: usize) -> usize {
        let times = until("commits", async || self.api.times().len(), |count| *count >= messages);
        assert_eq!(times.await, messages);
        self.api.times().values().filter(|times| **times > 1).count()
    }
}
