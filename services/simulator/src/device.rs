//! One device: it measures on schedule, keeps what is not acknowledged, and sends it over a connection that may break.

mod connection;
mod ending;
mod maker;
mod receipts;
mod store;
mod under_way;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use argosy_wire::{DeviceName, FleetName};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{
    sync::broadcast,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{disorder::Disorder, ledger::LedgerStream, report::Statistics};
pub(crate) use connection::Link;
use ending::Ending;
pub(crate) use maker::Maker;
pub(crate) use store::Store;
use store::Stored;

/// The shortest and the longest pause between attempts to connect.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));
/// The pause after a connection that had worked.
const SHORT_PAUSE: Duration = Duration::from_millis(100);

/// What all devices of a run share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The fleet.
    pub(crate) fleet: FleetName,
    /// The time between two messages.
    pub(crate) period: Duration,
    /// How long a device waits for the receipt of what was acknowledged; nothing where acknowledgements count.
    pub(crate) until_receipt: Option<Duration>,
    /// What goes wrong.
    pub(crate) disorder: Disorder,
    /// Counts.
    pub(crate) statistics: Statistics,
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
    /// What it measures, and when.
    pub(crate) maker: Maker,
    /// The dice of its connections, apart from those of its messages: how often it is cut off must not change what it says.
    pub(crate) dice: StdRng,
    /// How it connects.
    pub(crate) link: Link,
    /// Where it enters what was acknowledged.
    pub(crate) ledger: Arc<LedgerStream>,
    /// What it has to send.
    pub(crate) store: Store,
    /// What it shares.
    pub(crate) shared: Arc<Shared>,
}

impl Device {
    /// Lives until `stop`, and then until everything is acknowledged or `grace` is over.
    pub(crate) async fn run(mut self, stop: CancellationToken, grace: Duration) {
        let statistics = Arc::clone(&self.shared);
        let statistics = &statistics.statistics;
        let mut ending = Ending::new(stop, grace);
        let mut connections = 0;
        // A start of many devices is no storm.
        let spread = Duration::from_millis(self.dice.random_range(0..1000));
        let mut pause = spread.min(self.shared.period * 2);
        loop {
            self.wait(pause, &mut ending).await;
            if ending.is_over() || (ending.has_begun() && self.store.is_empty()) {
                break;
            }
            connections += 1;
            pause = match self.connected(connections, &mut ending).await {
                connection::Ended::Done => break,
                connection::Ended::Worked => SHORT_PAUSE,
                connection::Ended::Failed => (pause * 2).clamp(PAUSES.0, PAUSES.1),
            };
            pause = pause.mul_f64(self.dice.random_range(0.5..1.5));
            statistics.reconnects.fetch_add(1, Ordering::Relaxed);
        }
        statistics.abandoned.fetch_add(self.store.measurements(), Ordering::Relaxed);
    }

    /// Lets time pass without a connection: messages are made meanwhile.
    async fn wait(&mut self, pause: Duration, ending: &mut Ending) {
        let until = Instant::now() + pause;
        loop {
            tokio::select! {
                () = ending.next() => {
                    self.make_last();
                    if ending.is_over() || self.store.is_empty() {
                        return;
                    }
                }
                () = sleep_until(until) => return,
                () = sleep_until(self.maker.due()), if !ending.has_begun() => self.make_due(),
            }
        }
    }

    /// Makes all messages that are due.
    fn make_due(&mut self) {
        let statistics = &self.shared.statistics;
        while self.maker.due() <= Instant::now() {
            statistics.record_lag(self.maker.due().elapsed());
            statistics.scheduled.fetch_add(1, Ordering::Relaxed);
            let dropped = self.maker.make(&self.shared.disorder, &mut self.store);
            statistics.dropped.fetch_add(dropped, Ordering::Relaxed);
        }
    }

    /// What was held back has no successor any more that could go first.
    fn make_last(&mut self) {
        let dropped = self.maker.release(&mut self.store);
        self.shared.statistics.dropped.fetch_add(dropped, Ordering::Relaxed);
    }
}

/// The dice of a device: the same for a seed, a device and a purpose.
pub(crate) fn dice(seed: u64, index: u32, purpose: u64) -> StdRng {
    let seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(u64::from(index));
    StdRng::seed_from_u64(seed ^ purpose.rotate_right(8))
}
