//! The names of the service's metrics.

use std::time::Duration;

use argosy_wire::batch::IngestResponse;
use metrics::{Gauge, counter, gauge, histogram};

/// A message came, for the first time or again.
pub(crate) fn received(redelivered: bool) {
    counter!("argosy_ingest_received_total").increment(1);
    if redelivered {
        counter!("argosy_ingest_redelivered_total").increment(1);
    }
}

/// A message without acknowledgement (`QoS` 0) was dropped because the queue was full.
pub(crate) fn dropped() {
    counter!("argosy_ingest_dropped_total").increment(1);
}

/// A batch was committed.
pub(crate) fn committed(messages: usize, response: IngestResponse, since_receipt: Duration) {
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

/// Messages between the connections and the batches.
pub(crate) fn queue_depth(messages: usize) {
    gauge!("argosy_ingest_queue_messages").set(messages as f64);
}

/// Messages of a connection that wait for their acknowledgement.
pub(crate) fn unacknowledged(connection: u16) -> Gauge {
    gauge!("argosy_ingest_unacknowledged_messages", "connection" => connection.to_string())
}

/// A connection that was lost stands again.
pub(crate) fn reconnected() {
    counter!("argosy_ingest_reconnects_total").increment(1);
}
