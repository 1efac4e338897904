//! The names of the service's metrics.

use std::time::Duration;

use argosy_wire::batch::IngestResponse;
use metrics::{Counter, Gauge, counter, gauge, histogram};

/// Counts messages as they come. Made once: looking a metric up costs as much as a message.
#[derive(Debug)]
pub(crate) struct Arrived {
    received: Counter,
    redelivered: Counter,
}

impl Arrived {
    /// The process's counters.
    pub(crate) fn new() -> Self {
        Self {
            received: counter!("argosy_ingest_received_total"),
            redelivered: counter!("argosy_ingest_redelivered_total"),
        }
    }

    /// A message came, for the first time or again.
    pub(crate) fn count(&self, is_redelivered: bool) {
        self.received.increment(1);
        if is_redelivered {
            self.redelivered.increment(1);
        }
    }
}

/// A message without acknowledgement (`QoS` 0) was dropped because the queue was full.
pub(crate) fn dropped() {
    counter!("argosy_ingest_dropped_total").increment(1);
}

/// A batch was committed.
pub(crate) fn committed(messages: usize, response: &IngestResponse, since_receipt: Duration) {
    counter!("argosy_ingest_stored_total").increment(response.stored);
    counter!("argosy_ingest_duplicate_total").increment(response.duplicate);
    counter!("argosy_ingest_dead_lettered_total").increment(response.dead_lettered);
    histogram!("argosy_ingest_batch_messages").record(messages as f64);
    histogram!("argosy_ingest_receipt_to_commit_milliseconds").record(since_receipt.as_secs_f64() * 1000.0);
}

/// A batch has to be sent again.
pub(crate) fn batch_failed() {
    counter!("argosy_ingest_batch_failures_total").increment(1);
}

/// Messages of a lane that wait for a batch.
pub(crate) fn queue_depth(lane: u32) -> Gauge {
    gauge!("argosy_ingest_queue_messages", "lane" => lane.to_string())
}

/// Messages of a connection that wait for their acknowledgement.
pub(crate) fn unacknowledged(connection: u16) -> Gauge {
    gauge!("argosy_ingest_unacknowledged_messages", "connection" => connection.to_string())
}

/// A connection that was lost stands again.
pub(crate) fn reconnected() {
    counter!("argosy_ingest_reconnects_total").increment(1);
}

/// Receipts that there was no room for.
pub(crate) fn receipts_dropped(receipts: u64) {
    counter!("argosy_ingest_receipts_dropped_total").increment(receipts);
}

/// A receipt was given to the broker.
pub(crate) fn receipt_published() {
    counter!("argosy_ingest_receipts_total").increment(1);
}

/// Seconds for which the broker can keep what arrives.
pub(crate) fn outage_budget(seconds: f64) {
    gauge!("argosy_ingest_outage_budget_seconds").set(seconds);
}

/// Messages that the broker dropped because a queue was full.
pub(crate) fn broker_dropped(messages: u64) {
    counter!("argosy_ingest_broker_dropped_total").increment(messages);
}

/// Messages that the broker holds, retained ones included.
pub(crate) fn broker_stored_messages(messages: f64) {
    gauge!("argosy_ingest_broker_stored_messages").set(messages);
}

/// The same in bytes.
pub(crate) fn broker_stored_bytes(bytes: f64) {
    gauge!("argosy_ingest_broker_stored_bytes").set(bytes);
}

/// Messages that clients publish to the broker in a minute, by its own account.
pub(crate) fn broker_received_per_minute(messages: f64) {
    gauge!("argosy_ingest_broker_received_per_minute").set(messages);
}
