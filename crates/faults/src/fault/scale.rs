//! Replicas that come and go under load.

use std::time::Duration;

use anyhow::ensure;
use argosy_runtime::admin_client::metric;
use argosy_stack::Service;
use tokio::time::Instant;

use crate::{kind::Part, world::World};

/// Messages that the broker may send again after a replica of ingest was stopped: what was under way to it, by its two windows. While it
/// waits for its last commits, the broker goes on filling them.
const IN_FLIGHT: f64 = 2.0 * 8192.0;
/// How long a third replica is looked at at least, so that it has work.
const WORK: Duration = Duration::from_secs(4);
/// How long it may take beyond that until it has done something.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stops and starts each replica in turn.
pub(super) async fn roll(world: &mut World, part: Part) -> anyhow::Result<String> {
    let before = redelivered(world).await;
    let replicas = if part == Part::Ingest { world.ingests.len() } else { world.apis.len() };
    for replica in 0..replicas {
        world.stop_part(part, replica).await?;
        world.start_part(part, replica).await?;
    }
    // A broker sends again at once what was not acknowledged.
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Counters begin anew with a process.
    let after = redelivered(world).await;
    let count = if part == Part::Ingest { after } else { after - before };
    ensure_under_way(count, replicas)?;
    Ok(format!("{count} delivered again"))
}

/// Adds a third replica, lets it work, and takes it away for good.
pub(super) async fn up_and_down(world: &mut World, part: Part, hold: Duration) -> anyhow::Result<String> {
    let before = redelivered(world).await;
    if part == Part::Ingest {
        world.add_ingest(true).await?;
    } else {
        world.add_api().await?;
        // Connections last: the new replica gets one only where others end.
        world.balancer.cut();
    }
    tokio::time::sleep(WORK + hold).await;
    let worked = worked(world, part).await;
    if part == Part::Ingest {
        world.remove_ingest().await?;
    } else {
        world.remove_api().await?;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let count = redelivered(world).await - before;
    ensure!(worked > 0.0, "the third replica got no work");
    ensure_under_way(count, 1)?;
    Ok(format!("the third did {worked} messages; {count} delivered again"))
}

/// Nothing is delivered again but what was under way to the replicas that were stopped.
fn ensure_under_way(count: f64, stopped: usize) -> anyhow::Result<()> {
    let most = IN_FLIGHT * stopped as f64;
    ensure!(
        count <= most,
        "{count} messages were delivered again, more than the {most} that can be under way"
    );
    Ok(())
}

/// How many messages the newest replica did; waits a while until it did one, since a busy machine takes its time.
async fn worked(world: &World, part: Part) -> f64 {
    let (newest, name) = if part == Part::Ingest {
        (world.ingests.last().map(|ingest| &ingest.service), "argosy_ingest_stored_total")
    } else {
        (world.apis.last().map(|api| &api.service), "argosy_api_ingest_messages_total")
    };
    let Some(port) = newest.map(Service::admin_port) else { return 0.0 };
    let end = Instant::now() + PATIENCE;
    loop {
        match metric(port, name).await {
            Some(count) if count > 0.0 => return count,
            _ if Instant::now() > end => return 0.0,
            _ => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

/// Messages that the replicas of ingest that run now were sent again.
async fn redelivered(world: &World) -> f64 {
    let mut sum = 0.0;
    for ingest in &world.ingests {
        sum += metric(ingest.service.admin_port(), "argosy_ingest_redelivered_total").await.unwrap_or(0.0);
    }
    sum
}
