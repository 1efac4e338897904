//! Starts the service and stops it.

use std::time::Duration;

use anyhow::bail;
use argosy_client::Client;
use argosy_runtime::{
    admin::{self, Readiness},
    config::ConfigError,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    Config,
    budget::{self, Arrivals},
    connection::Connection,
    health::{ApiHealth, BrokerHealth},
    held::Room,
    lanes, metrics, mqtt,
    receipts::Receipts,
    sender::Sender,
    side,
    window::Window,
};

/// What the drain leaves for the last goodbyes.
const GRACE: Duration = Duration::from_secs(3);

/// Serves until `shutdown`, then drains. Dropping the future stops everything at once, as a crash would.
pub async fn serve(
    config: Config,
    admin_listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    if config.api.api_url.password().is_some() || !config.api.api_url.username().is_empty() {
        let problem = "it names a user: use ARGOSY_API_TOKEN".into();
        return Err(ConfigError::Invalid { name: "ARGOSY_API_URL", problem }.into());
    }
    let client = Client::builder(config.api.api_url.clone())
        .ca_file(config.api.api_ca.clone())
        .bearer(config.token()?)
        .timeout(Duration::from_secs(config.api_timeout_seconds))
        .build()?;
    mqtt::check(&config.mqtt)?;
    let readiness = Readiness::new();
    let broker = BrokerHealth::new(readiness.component("broker"), config.mqtt.connections);
    let api = ApiHealth::new(readiness.component("api"));

    // Twice the windows: messages of a lost connection may still wait here when the next one delivers them again.
    let capacity = usize::from(config.mqtt.connections) * usize::from(config.mqtt.receive_maximum) * 2;
    let (lanes, ends) = lanes::open(config.batch.batches_in_flight, capacity);
    let room = Room::new(config.batch.held_bytes);
    let arrivals = Arrivals::default();
    let receipts = config.receipts.interval().map(Receipts::new);
    let (mut commits, mut connections) = (Vec::new(), Vec::new());
    for index in 0..config.mqtt.connections {
        let (sender, receiver) = mpsc::unbounded_channel();
        commits.push(sender);
        let connection = Connection {
            index,
            config: config.mqtt.clone(),
            lanes: lanes.clone(),
            arrived: metrics::Arrived::new(),
            room: room.clone(),
            commits: receiver,
            window: Window::new(index),
            unacknowledged: metrics::unacknowledged(index),
            arrivals: arrivals.clone(),
            health: broker.clone(),
        };
        connections.push(connection);
    }
    drop(lanes);
    // No secret shows itself.
    tracing::info!(configuration = ?config, "Ingest starts.");

    // Connections stop first, then what they handed over is stored: each part ends when what feeds it has.
    let (mut sources, mut stores, mut others) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
    for connection in connections {
        sources.spawn(connection.run(shutdown.clone()));
    }
    let sender = Sender {
        client: client.clone(),
        health: api.clone(),
        receipts: receipts.clone(),
        commits: commits.into(),
    };
    for lane in ends {
        stores.spawn(lane.run(sender.clone(), config.batch.clone()));
    }
    others.spawn(api.clone().probe(client, shutdown.clone()));
    others.spawn(budget::run(arrivals, api, config.mqtt.clone(), config.budget.clone(), shutdown.clone()));
    let stopped = CancellationToken::new();
    // Without receipts it still hears the broker's figures. It stops last, since the last commits have receipts too.
    let receipts = receipts.unwrap_or_else(|| Receipts::new(Duration::ZERO));
    others.spawn(side::run(config.mqtt.clone(), receipts, stopped.clone()));
    others.spawn(admin::serve(admin_listener, readiness, shutdown.clone(), stopped.clone()));

    tokio::select! {
        () = shutdown.cancelled() => {}
        _ = sources.join_next() => part_ended(&shutdown)?,
        _ = stores.join_next() => part_ended(&shutdown)?,
        _ = others.join_next() => part_ended(&shutdown)?,
    }
    let deadline = Instant::now() + config.drain();
    let drain = async {
        while sources.join_next().await.is_some() {}
        while stores.join_next().await.is_some() {}
    };
    if tokio::time::timeout_at(deadline, drain).await.is_err() {
        tracing::warn!("The drain ran out of time; the broker will deliver again what was not acknowledged.");
    }
    sources.shutdown().await;
    stores.shutdown().await;
    stopped.cancel();
    let _ = tokio::time::timeout(GRACE, async { while others.join_next().await.is_some() {} }).await;
    tracing::info!("Ingest has stopped.");
    Ok(())
}

/// A part that ends by itself has panicked; half a service is worse than one that is started again.
fn part_ended(shutdown: &CancellationToken) -> anyhow::Result<()> {
    if shutdown.is_cancelled() {
        return Ok(());
    }
    bail!("a part of the service has ended unexpectedly")
}
