//! Whether broker and API can be reached, for `/readyz` and the log.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use argosy_client::{Client, Error};
use argosy_runtime::admin::Component;
use argosy_wire::api::token::Scope;
use tokio_util::sync::CancellationToken;

use crate::{metrics, mqtt::LinkError};

/// How often the API is asked whether it is there, while no batch tells.
const PROBE_INTERVAL: Duration = Duration::from_secs(5);

/// Which connections to the broker stand. Ready when all do.
#[derive(Debug, Clone)]
pub(crate) struct BrokerHealth {
    component: Component,
    connections: Arc<Mutex<Vec<Link>>>,
}

#[derive(Debug, Clone, Default)]
struct Link {
    stands: bool,
    stood_before: bool,
    /// Why it does not; said once as long as it stays the same.
    reason: String,
}

impl BrokerHealth {
    /// So many connections, none of which stands.
    pub(crate) fn new(component: Component, connections: u16) -> Self {
        Self { component, connections: Arc::new(Mutex::new(vec![Link::default(); usize::from(connections)])) }
    }

    /// A connection stands and is subscribed.
    pub(crate) fn made(&self, index: u16) {
        let mut connections = lock(&self.connections);
        let link = &mut connections[usize::from(index)];
        if link.stood_before {
            metrics::reconnected();
        }
        *link = Link { stands: true, stood_before: true, reason: String::new() };
        if connections.iter().all(|link| link.stands) {
            self.component.ready();
        }
    }

    /// A connection was lost, or could not be made.
    pub(crate) fn lost(&self, index: u16, error: &LinkError) {
        let mut connections = lock(&self.connections);
        let link = &mut connections[usize::from(index)];
        let reason = error.to_string();
        if link.reason != reason {
            tracing::warn!(connection = index, reason, "There is no connection to the broker; trying again.");
        }
        (link.stands, link.reason) = (false, reason);
        self.component.not_ready(error.to_string());
    }
}

/// Whether the API stores what it is sent.
#[derive(Debug, Clone)]
pub(crate) struct ApiHealth {
    component: Component,
    /// Batches that are being sent again.
    failing: Arc<AtomicUsize>,
    /// The kind of the last failure, said once as long as it stays the same.
    kind: Arc<Mutex<Option<String>>>,
}

impl ApiHealth {
    /// Nothing is known yet.
    pub(crate) fn new(component: Component) -> Self {
        Self { component, failing: Arc::default(), kind: Arc::default() }
    }

    /// The API did what it should.
    pub(crate) fn succeeded(&self) {
        *lock(&self.kind) = None;
        self.component.ready();
    }

    /// The API did not.
    pub(crate) fn failed(&self, error: &Error) {
        let kind = error.status().map_or_else(|| error.to_string(), |status| format!("HTTP {status}"));
        let mut known = lock(&self.kind);
        if known.as_ref() != Some(&kind) {
            tracing::warn!(%error, "The API does not store messages; nothing is acknowledged until it does.");
            *known = Some(kind);
        }
        self.component.not_ready(error.to_string());
    }

    /// A batch has to be sent again, until the guard is dropped.
    pub(crate) fn failing(&self) -> Failing {
        self.failing.fetch_add(1, Ordering::Relaxed);
        Failing(Arc::clone(&self.failing))
    }

    /// Whether a batch has to be sent again.
    pub(crate) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed) > 0
    }

    /// Asks the API for itself where no batch does, until `shutdown`.
    pub(crate) async fn probe(self, client: Client, shutdown: CancellationToken) {
        loop {
            // What becomes of a batch says more than any question.
            if !self.is_failing() {
                match client.read_me().await {
                    Ok(me) if me.scopes.contains(&Scope::Ingest) => self.succeeded(),
                    Ok(_) => self.component.not_ready("the token lacks the scope ingest"),
                    Err(error) => self.failed(&error),
                }
            }
            if tokio::time::timeout(PROBE_INTERVAL, shutdown.cancelled()).await.is_ok() {
                return;
            }
        }
    }
}

/// Counts a batch that is being sent again.
pub(crate) struct Failing(Arc<AtomicUsize>);

impl Drop for Failing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
