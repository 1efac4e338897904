//! Starts the service and stops it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use argosy_client::Client;
use argosy_runtime::{
    admin,
    admin::{Component, Readiness},
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Config, batcher,
    connection::{Connection, options},
    probe,
    sender::Sender,
};

/// Which connections stand, and what that means for readiness.
#[derive(Debug, Clone)]
pub(crate) struct Connected {
    states: Arc<[AtomicBool]>,
    broker: Component,
}

impl Connected {
    fn new(connections: u16, broker: Component) -> Self {
        Self { states: (0..connections).map(|_| AtomicBool::new(false)).collect(), broker }
    }

    /// A connection stands and is subscribed.
    pub(crate) fn made(&self, index: u16) {
        self.states[usize::from(index)].store(true, Ordering::Relaxed);
        if self.states.iter().all(|state| state.load(Ordering::Relaxed)) {
            self.broker.ready();
        }
    }

    /// Whether a connection stands and is subscribed.
    pub(crate) fn is_made(&self, index: u16) -> bool {
        self.states[usize::from(index)].load(Ordering::Relaxed)
    }

    /// A connection was lost, or could not be made.
    pub(crate) fn lost(&self, index: u16, reason: &str) {
        if self.states[usize::from(index)].swap(false, Ordering::Relaxed) {
            tracing::warn!(connection = index, reason, "The connection to the broker was lost.");
        }
        self.broker.not_ready(reason);
    }
}

/// Serves until `shutdown`, then drains.
pub async fn serve(
    config: Config,
    admin_listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let client = Client::builder(config.api.api_url.clone())
        .ca_file(config.api.api_ca.clone())
        .bearer(config.token()?)
        .build()?;
    tracing::info!(configuration = ?config, "Ingest starts.");
    let readiness = Readiness::new();
    let (broker, api) = (readiness.component("broker"), readiness.component("api"));
    let connected = Connected::new(config.mqtt.connections, broker);

    // Twice the windows: messages of a lost connection may still wait here when the next one delivers them again.
    let capacity = usize::from(config.mqtt.connections) * usize::from(config.mqtt.receive_maximum) * 2;
    let (queue, received) = mpsc::channel(capacity);
    let (batches, batched) = mpsc::channel(1);
    let (mut commits, mut connections) = (Vec::new(), Vec::new());
    for index in 0..config.mqtt.connections {
        let (sender, receiver) = mpsc::unbounded_channel();
        commits.push(sender);
        let connection = Connection {
            index,
            queue: queue.clone(),
            commits: receiver,
            connected: connected.clone(),
            drain: Duration::from_secs(config.drain_seconds),
        };
        connections.push((connection, options(&config.mqtt, index)?));
    }
    drop(queue);

    // Connections stop first, then what they handed over is stored: each part ends when what feeds it has.
    let (sources, rest) = (TaskTracker::new(), TaskTracker::new());
    for (connection, options) in connections {
        sources.spawn(connection.run(options, shutdown.clone()));
    }
    rest.spawn(batcher::run(received, batches, config.batch.clone()));
    let sender = Sender { client: client.clone(), api: api.clone(), commits: commits.into() };
    let sending = rest.spawn(sender.run(batched, config.batch.batches_in_flight));
    rest.spawn(probe::run(client, api, shutdown.clone()));
    rest.spawn(admin::serve(admin_listener, readiness, shutdown.clone()));
    sources.close();
    rest.close();

    shutdown.cancelled().await;
    sources.wait().await;
    // Nothing that is left can be acknowledged any more; storing it would only make duplicates.
    sending.abort();
    let _ = tokio::time::timeout(Duration::from_secs(5), rest.wait()).await;
    tracing::info!("Ingest has stopped.");
    Ok(())
}
