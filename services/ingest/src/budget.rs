//! The outage budget: for how long the broker can keep what arrives while nobody takes it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::{
    config::{BudgetConfig, MqttConfig},
    health::ApiHealth,
    metrics, mqtt,
};

/// How often the rate is measured.
const INTERVAL: Duration = Duration::from_secs(5);
/// How slowly the smoothed rate follows: by two thirds within this time.
const SMOOTHING: Duration = Duration::from_secs(60);

/// What has arrived. Cheap to clone; clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arrivals(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    messages: AtomicU64,
    bytes: AtomicU64,
}

impl Arrivals {
    /// A message of so many bytes came.
    pub(crate) fn count(&self, bytes: usize) {
        self.0.messages.fetch_add(1, Ordering::Relaxed);
        self.0.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Messages and bytes since the last time.
    fn take(&self) -> (f64, f64) {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed) as f64;
        (take(&self.0.messages), take(&self.0.bytes))
    }
}

/// Messages and bytes a second, smoothed.
#[derive(Debug, Default)]
struct Rate {
    known: Option<(f64, f64)>,
}

impl Rate {
    /// So much came in this time.
    fn add(&mut self, (messages, bytes): (f64, f64), time: Duration) {
        let now = (messages / time.as_secs_f64(), bytes / time.as_secs_f64());
        let weight = 1.0 - (-time.as_secs_f64() / SMOOTHING.as_secs_f64()).exp();
        let smooth = |before: f64, now: f64| before + (now - before) * weight;
        self.known = Some(match self.known {
            Some(before) => (smooth(before.0, now.0), smooth(before.1, now.1)),
            None => now,
        });
    }

    /// Seconds until one of the limits is reached; the sessions themselves end some day.
    fn budget(&self, messages: f64, bytes: f64) -> f64 {
        let (message_rate, byte_rate) = self.known.unwrap_or_default();
        (messages / message_rate).min(bytes / byte_rate).min(f64::from(mqtt::SESSION_EXPIRY_SECONDS))
    }
}

/// Keeps the metric up to date until `stop`. While the API stores nothing the rate from before counts: what the broker keeps does not
/// arrive here.
pub(crate) async fn run(
    arrivals: Arrivals,
    api: ApiHealth,
    mqtt: MqttConfig,
    config: BudgetConfig,
    stop: CancellationToken,
) {
    // Each connection has a session, and each session a queue of its own.
    let sessions = f64::from(mqtt.connections);
    let (messages, bytes) =
        (config.broker_queue_messages as f64 * sessions, config.broker_queue_bytes as f64 * sessions);
    let mut rate = Rate::default();
    while tokio::time::timeout(INTERVAL, stop.cancelled()).await.is_err() {
        let arrived = arrivals.take();
        if !api.is_failing() {
            rate.add(arrived, INTERVAL);
        }
        metrics::outage_budget(rate.budget(messages, bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_limit_counts_and_no_limit_is_beyond_the_session() {
        let mut rate = Rate::default();
        assert!((rate.budget(1000.0, 1000.0) - 604_800.0).abs() < 1e-9);
        rate.add((50.0, 5000.0), INTERVAL);
        assert!((rate.budget(1000.0, 1e9) - 100.0).abs() < 1e-9);
        assert!((rate.budget(1e9, 1000.0) - 1.0).abs() < 1e-9);
        // A minute of twice as much moves it by two thirds.
        for _ in 0..12 {
            rate.add((100.0, 5000.0), INTERVAL);
        }
        let (messages, bytes) = rate.known.unwrap();
        assert!((16.2..16.5).contains(&messages) && (bytes - 1000.0).abs() < 1e-9, "{messages} {bytes}");
    }
}
