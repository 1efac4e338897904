//! One device: it measures on schedule, keeps what is not acknowledged, and sends it over a connection that may break.

mod connection;
mod store;

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use argosy_wire::{
    DeviceName, FleetName,
    telemetry::{TelemetryMessage, TelemetryPoint},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{sync::broadcast, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    disorder::{Disorder, chance},
    ledger::Ledger,
    profile::World,
    report::Statistics,
};
pub(crate) use connection::Link;
use store::{Store, Stored};

/// What all devices of a run share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The fleet.
    pub(crate) fleet: FleetName,
    /// The time between two messages.
    pub(crate) period: Duration,
    /// What goes wrong.
    pub(crate) disorder: Disorder,
    /// Counts.
    pub(crate) statistics: Statistics,
    /// What was acknowledged.
    pub(crate) ledger: Ledger,
    /// When the schedule begins.
    pub(crate) start: Instant,
    /// Tells all devices to connect again.
    pub(crate) storm: broadcast::Sender<()>,
}

/// A device.
pub(crate) struct Device {
    /// Its name.
    pub(crate) name: DeviceName,
    /// This start of it.
    pub(crate) boot: i64,
    /// Its world.
    pub(crate) world: Box<dyn World>,
    /// Its dice.
    pub(crate) random: StdRng,
    /// How it connects.
    pub(crate) link: Link,
    /// What it shares.
    pub(crate) shared: Arc<Shared>,
}

/// When messages are due: at a device's own place within the period, whatever happened to those before.
struct Schedule {
    next: Instant,
    period: Duration,
}

impl Device {
    /// Lives until `shutdown`, and then until everything is acknowledged or `grace` is over.
    pub(crate) async fn run(mut self, shutdown: CancellationToken, grace: Duration) {
        let shared = Arc::clone(&self.shared);
        let phase = shared.period.mul_f64(self.random.random_range(0.0..1.0));
        let mut schedule = Schedule { next: shared.start + phase, period: shared.period };
        let mut store = Store::default();
        let mut maker = Maker {
            boot: self.boot,
            seq: 0,
            skew: shared.disorder.skew(&mut self.random),
            held_back: None,
            last: schedule.next,
        };
        let mut connections = 0;
        let mut breaks = shared.storm.subscribe();
        // A start of many devices is no storm.
        let spread = Duration::from_millis(self.random.random_range(0..1000));
        let mut pause = spread.min(shared.period * 2);
        let stop = shutdown.child_token();
        let mut deadline: Option<Instant> = None;
        loop {
            // Without a connection, time goes on and messages are made.
            let until = Instant::now() + pause;
            while Instant::now() < until && !stop.is_cancelled() {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep_until(until) => break,
                    () = tokio::time::sleep_until(schedule.next) => self.make(&mut maker, &mut schedule, &mut store),
                }
            }
            if stop.is_cancelled() {
                let end = *deadline.get_or_insert_with(|| Instant::now() + grace);
                if store.is_empty() || Instant::now() >= end {
                    return;
                }
            }
            connections += 1;
            let ended = self
                .connected(
                    connections,
                    &mut maker,
                    &mut schedule,
                    &mut store,
                    &mut breaks,
                    &stop,
                    &mut deadline,
                    grace,
                )
                .await;
            match ended {
                connection::Ended::Done => return,
                connection::Ended::Worked => pause = Duration::from_millis(100),
                connection::Ended::Failed => {
                    pause = (pause * 2).clamp(Duration::from_millis(200), Duration::from_secs(10))
                }
            }
            pause = pause.mul_f64(self.random.random_range(0.5..1.5));
            shared.statistics.reconnects.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Makes the message that is due.
    fn make(&mut self, maker: &mut Maker, schedule: &mut Schedule, store: &mut Store) {
        let shared = Arc::clone(&self.shared);
        let due = schedule.next;
        schedule.next += schedule.period;
        shared.statistics.record_lag(due.elapsed());
        shared.statistics.scheduled.fetch_add(1, Ordering::Relaxed);
        let seconds = (due - maker.last).as_secs_f64().max(schedule.period.as_secs_f64());
        maker.last = due;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let values = self.world.measure(now.as_secs_f64(), seconds, &mut self.random);
        let (disorder, random) = (&shared.disorder, &mut self.random);
        maker.seq += 1;
        if chance(disorder.gaps, random) {
            maker.seq += 1;
        }
        let millis =
            i64::try_from(now.as_millis()).unwrap_or(i64::MAX) + maker.skew - disorder.lateness(random);
        let message = TelemetryMessage {
            boot: Some(maker.boot),
            seq: Some(maker.seq),
            points: vec![TelemetryPoint { ts: millis, values }],
        };
        let payload = serde_json::to_vec(&message).unwrap_or_default();
        let stored = Stored { seq: Some(maker.seq), payload };
        let mut lost = 0;
        if chance(disorder.duplicates, random) {
            lost += store.push(stored.clone());
        }
        match maker.held_back.take() {
            None if chance(disorder.reordered, random) => maker.held_back = Some(stored),
            held_back => {
                lost += store.push(stored);
                if let Some(earlier) = held_back {
                    lost += store.push(earlier);
                }
            }
        }
        for payload in disorder.extras(random) {
            lost += store.push(Stored { seq: None, payload });
        }
        shared.statistics.dropped.fetch_add(lost, Ordering::Relaxed);
    }
}

/// Where a device is in its counting.
struct Maker {
    boot: i64,
    seq: i64,
    /// How wrong the clock is, in milliseconds.
    skew: i64,
    /// A message that waits for its successor to go first.
    held_back: Option<Stored>,
    last: Instant,
}

/// The dice of a device: the same for a seed and a device.
pub(crate) fn dice(seed: u64, index: u32) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(u64::from(index)))
}
