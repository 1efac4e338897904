//! What becomes of it where there are more devices, and more readings.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    child::Client,
    history::History,
    measure::{Flow, flow},
    scenario::{argosy::settle, latency, queries},
    stack::{Setup, Stack},
};

/// Rounds over all devices until what is measured begins: the first registers them.
const ROUNDS: u64 = 2;
/// Before latency is measured.
const WARM_UP: Duration = Duration::from_secs(5);
/// Devices whose readings fill the table, and days they are spread over: today is as full as any other.
const DEVICES: u32 = 1_000;
const DAYS: u32 = 10;

/// A fleet of this size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grown {
    pub(crate) devices: u32,
    /// Readings that lie in the table before.
    pub(crate) readings: u64,
    pub(crate) flow: Flow,
    /// At half of that rate.
    pub(crate) latency: latency::Latency,
    /// Where the table is full.
    pub(crate) queries: Vec<queries::Answered>,
}

/// With so many devices, over a thousand connections at the most.
pub(crate) async fn devices(devices: u32, time: Duration) -> anyhow::Result<Grown> {
    let mut stack = Stack::start(Setup::default()).await?;
    grown(&mut stack, devices, 0, time, Vec::new()).await
}

/// With so many readings in the table.
pub(crate) async fn readings(publishing: u32, readings: u64, time: Duration) -> anyhow::Result<Grown> {
    let mut stack = Stack::start(Setup::default()).await?;
    queries::prepare(&stack).await?;
    let each = u32::try_from(readings / u64::from(DEVICES))?;
    let history = History { prefix: "past", devices: DEVICES, readings: each, days: DAYS };
    history.write(&stack).await?;
    let answered = queries::measure(&mut stack).await?;
    grown(&mut stack, publishing, readings + u64::from(queries::BUSY.readings), time, answered).await
}

async fn grown(
    stack: &mut Stack,
    devices: u32,
    readings: u64,
    time: Duration,
    queries: Vec<queries::Answered>,
) -> anyhow::Result<Grown> {
    let mut publishers = Client::publishers(stack.plain_port, devices, &[])?;
    let processes = stack.processes();
    let wanted = u64::from(devices) * ROUNDS;
    while stack.stored().await? < wanted {
        publishers.allow(stack.stored().await? + 20_000).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let warm_up = Duration::from_secs(5);
    let flow = flow(&mut publishers, &processes, warm_up, time, async || stack.stored().await).await?;
    drop(publishers);
    settle(stack).await?;
    latency::prepare(stack).await?;
    let latency =
        latency::measure(stack, devices, flow.rate / 2.0, WARM_UP, time.min(Duration::from_secs(30))).await?;
    Ok(Grown { devices, readings, flow, latency, queries })
}
