//! What the broker tells of itself under `$SYS/broker`, as Mosquitto does: what it dropped, holds and receives.

use crate::metrics;

/// Everything that a broker may tell.
pub(crate) const FILTER: &str = "$SYS/broker/#";

/// The broker's counters as they were told last.
#[derive(Debug, Default)]
pub(crate) struct BrokerFigures {
    dropped: u64,
}

impl BrokerFigures {
    /// The broker told this; what is none of ours, or no number, says nothing.
    pub(crate) fn told(&mut self, topic: &[u8], value: &[u8]) {
        let Some(name) = topic.strip_prefix(b"$SYS/broker/") else { return };
        let Some(value) = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse::<f64>().ok())
        else {
            return;
        };
        match name {
            b"publish/messages/dropped" => self.count_dropped(value),
            b"store/messages/count" => metrics::broker_stored_messages(value),
            b"store/messages/bytes" => metrics::broker_stored_bytes(value),
            b"load/publish/received/1min" => metrics::broker_received_per_minute(value),
            _ => {}
        }
    }

    /// The broker counts from its own start: less than before is a new start.
    fn count_dropped(&mut self, value: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count; `as` saturates"
        )]
        let dropped = value as u64;
        let new = dropped.checked_sub(self.dropped).unwrap_or(dropped);
        metrics::broker_dropped(new);
        self.dropped = dropped;
    }
}
