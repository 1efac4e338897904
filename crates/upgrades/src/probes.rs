//! What the outside sees: one who writes by the API, one who reads by it, and what is committed of the fleet.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use argosy_client::Client;
use argosy_runtime::admin_client::metric;
use argosy_wire::DeviceName;
use chrono::Utc;
use serde::Serialize;
use serde_json::json;
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;

use crate::pause::Moments;

/// The device that the writer sends for.
pub(crate) const DEVICE: &str = "probe";
/// Between two tries.
const INTERVAL: Duration = Duration::from_millis(20);

/// Pauses, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Pauses {
    /// In which no message of the fleet was committed and acknowledged by ingest.
    pub(crate) fleet: u64,
    /// In which no batch that was posted to the API was answered as committed.
    pub(crate) writes: u64,
    /// In which no question to the API was answered.
    pub(crate) reads: u64,
}

/// Who asks all the time.
#[derive(Debug)]
pub(crate) struct Probes {
    fleet: Moments,
    writes: Moments,
    reads: Moments,
    written: Arc<AtomicI64>,
    boot: i64,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Probes {
    /// Begins. The first client may write and the second read; the ports are the admin ports of ingest's replicas.
    pub(crate) fn start(writer: Client, reader: Client, ingests: Vec<u16>) -> anyhow::Result<Self> {
        let device: DeviceName = DEVICE.parse()?;
        let boot = Utc::now().timestamp();
        let (fleet, writes, reads) = <(Moments, Moments, Moments)>::default();
        let written = Arc::new(AtomicI64::new(0));
        let tasks = vec![
            tokio::spawn(write(writer, boot, writes.clone(), Arc::clone(&written))),
            tokio::spawn(read(reader, device, reads.clone())),
            tokio::spawn(watch(ingests, fleet.clone())),
        ];
        let tasks = tasks.into_iter().map(AbortOnDropHandle::new).collect();
        Ok(Self { fleet, writes, reads, written, boot, _tasks: tasks })
    }

    /// The longest pauses of this span.
    pub(crate) fn pauses(&self, from: Instant, to: Instant) -> Pauses {
        let longest = |moments: &Moments| {
            u64::try_from(moments.longest_pause(from, to).as_millis()).unwrap_or(u64::MAX)
        };
        Pauses { fleet: longest(&self.fleet), writes: longest(&self.writes), reads: longest(&self.reads) }
    }

    /// Batches that were answered as committed, and questions that were answered.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.writes.count(), self.reads.count())
    }

    /// The boot that the writer is, and its last number that was answered as committed.
    pub(crate) fn written(&self) -> (i64, i64) {
        (self.boot, self.written.load(Ordering::Relaxed))
    }
}

/// A line of a batch, of the writer's device.
pub(crate) fn line(payload: &serde_json::Value) -> String {
    format!("{}\n", json!({"topic": format!("v1/demo/{DEVICE}/telemetry"), "payload": payload}))
}

/// Sends each message until it is answered as committed, as ingest does.
async fn write(client: Client, boot: i64, moments: Moments, written: Arc<AtomicI64>) {
    let mut number = 1;
    loop {
        let points = json!([{"ts": Utc::now().timestamp_millis(), "values": {"number": number}}]);
        let message = line(&json!({"boot": boot, "seq": number, "points": points}));
        if client.ingest(message.into()).await.is_ok_and(|answer| answer.stored + answer.duplicate == 1) {
            moments.note();
            written.store(number, Ordering::Relaxed);
            number += 1;
        }
        sleep(INTERVAL).await;
    }
}

async fn read(client: Client, device: DeviceName, moments: Moments) {
    loop {
        if client.read_latest(&device).await.is_ok() {
            moments.note();
        }
        sleep(INTERVAL).await;
    }
}

/// Notes when more is stored of what ingest's replicas, whose admin ports these are, took from the broker.
async fn watch(ports: Vec<u16>, moments: Moments) {
    let mut before = 0.0;
    loop {
        let mut sum = 0.0;
        for port in &ports {
            sum += metric(*port, "argosy_ingest_stored_total").await.unwrap_or(0.0);
        }
        if sum > before {
            before = sum;
            moments.note();
        }
        sleep(INTERVAL).await;
    }
}
