//! The live tail: what was stored a moment ago, handed to whoever watches.

use std::sync::Arc;

use argosy_wire::api::stream::StreamEvent;
use tokio::sync::broadcast;

/// Batches of events kept for a slow reader before it misses some.
const BACKLOG: usize = 256;

/// Events of one fleet that became visible together.
#[derive(Debug, Clone)]
pub(crate) struct FleetEvents {
    /// The fleet.
    pub(crate) fleet_id: i64,
    /// What happened, in order.
    pub(crate) events: Arc<[StreamEvent]>,
}

/// Hands events from writers to readers; writers never wait.
#[derive(Debug, Clone)]
pub(crate) struct LiveTail {
    sender: broadcast::Sender<FleetEvents>,
}

impl LiveTail {
    /// A live tail without readers.
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0 }
    }

    /// Whether building this fleet's events is worth the work.
    pub(crate) fn is_wanted(&self, _fleet_id: i64) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Hands over what was committed.
    pub(crate) fn publish(&self, events: FleetEvents) {
        // No reader is no error.
        let _ = self.sender.send(events);
    }

    /// Everything published from now on.
    #[expect(dead_code, reason = "replaced by the stream endpoint")]
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<FleetEvents> {
        self.sender.subscribe()
    }
}
