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
            b"publish/messages/dropped" => metrics::broker_dropped(self.newly_dropped(value)),
            b"store/messages/count" => metrics::broker_stored_messages(value),
            b"store/messages/bytes" => metrics::broker_stored_bytes(value),
            b"load/publish/received/1min" => metrics::broker_received_per_minute(value),
            _ => {}
        }
    }

    /// How many more than were told last. The broker counts from its own start: less than before is a new start.
    fn newly_dropped(&mut self, told: f64) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count; `as` saturates"
        )]
        let dropped = told as u64;
        let before = std::mem::replace(&mut self.dropped, dropped);
        dropped.checked_sub(before).unwrap_or(dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_are_counted_once_and_over_the_brokers_restarts() {
        let mut figures = BrokerFigures::default();
        let counted = [0.0, 40.0, 40.0, 45.0, 3.0, 4.0].map(|told| figures.newly_dropped(told));
        assert_eq!(counted, [0, 40, 0, 5, 3, 1]);
    }
}
