//! The names of the simulator's metrics, and its readiness.

use std::sync::atomic::{AtomicU64, Ordering};

use argosy_runtime::admin::Component;
use metrics::{counter, gauge};

use crate::report::Statistics;

/// Tells the admin port what has happened so far.
pub(crate) fn publish(statistics: &Statistics, broker: &Component) {
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    counter!("argosy_simulator_scheduled_total").absolute(count(&statistics.scheduled));
    counter!("argosy_simulator_sent_total").absolute(count(&statistics.sent));
    counter!("argosy_simulator_acknowledged_total").absolute(count(&statistics.acknowledged));
    counter!("argosy_simulator_receipted_total").absolute(count(&statistics.receipted));
    counter!("argosy_simulator_repeated_total").absolute(count(&statistics.repeated));
    counter!("argosy_simulator_dropped_total").absolute(count(&statistics.dropped));
    counter!("argosy_simulator_reconnects_total").absolute(count(&statistics.reconnects));
    let connected = count(&statistics.connected);
    gauge!("argosy_simulator_connected_devices").set(connected as f64);
    if connected > 0 {
        broker.ready();
    } else {
        broker.not_ready("no device is connected");
    }
}
