//! What a device keeps until the broker has acknowledged it.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::time::Instant;

/// Messages that a device keeps at the most; then the oldest go, which leaves a gap that everybody can see.
const CAPACITY: usize = 10_000;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A measurement of this number.
    Measurement(i64),
    /// One more of the same, on request.
    Copy(i64),
    /// No telemetry at all, on request. Nobody misses it.
    Noise,
}

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// What it is.
    pub(super) kind: Kind,
    /// When it was due.
    pub(super) due: Instant,
    /// As it is sent.
    pub(super) payload: Bytes,
}

impl Stored {
    pub(super) fn measurement(seq: i64, due: Instant, payload: Bytes) -> Self {
        Self { kind: Kind::Measurement(seq), due, payload }
    }

    pub(super) fn noise(due: Instant, payload: Bytes) -> Self {
        Self { kind: Kind::Noise, due, payload }
    }

    /// The same once more.
    pub(super) fn copy(&self) -> Self {
        let kind = match self.kind {
            Kind::Measurement(seq) | Kind::Copy(seq) => Kind::Copy(seq),
            Kind::Noise => Kind::Noise,
        };
        Self { kind, ..self.clone() }
    }

    fn is_measurement(&self) -> bool {
        matches!(self.kind, Kind::Measurement(_))
    }
}

/// Messages to send, in order.
#[derive(Debug, Default)]
pub(crate) struct Store {
    waiting: VecDeque<Stored>,
}

impl Store {
    /// Adds a message; returns how many measurements had to go for it.
    pub(super) fn push(&mut self, message: Stored) -> u64 {
        self.waiting.push_back(message);
        if self.waiting.len() > CAPACITY {
            return self.waiting.pop_front().map_or(0, |oldest| u64::from(oldest.is_measurement()));
        }
        0
    }

    /// The next message to send.
    pub(super) fn pop(&mut self) -> Option<Stored> {
        self.waiting.pop_front()
    }

    /// Puts messages back that were sent and not acknowledged, before the others. Noise is not worth a second try: a broker
    /// may have closed the connection because of it.
    pub(super) fn put_back(&mut self, messages: impl DoubleEndedIterator<Item = Stored>) {
        for message in messages.rev().filter(|message| message.kind != Kind::Noise) {
            self.waiting.push_front(message);
        }
    }

    /// Whether everything was sent.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Measurements that wait.
    pub(super) fn measurements(&self) -> u64 {
        self.waiting.iter().filter(|message| message.is_measurement()).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Kind) -> Stored {
        Stored { kind, due: Instant::now(), payload: Bytes::new() }
    }

    #[test]
    fn the_oldest_goes_first_when_there_is_no_room() {
        let mut store = Store::default();
        assert_eq!(store.push(message(Kind::Noise)), 0);
        let dropped = (1..=10_005).map(|seq| store.push(message(Kind::Measurement(seq)))).sum::<u64>();
        assert_eq!(dropped, 5);
        assert_eq!(store.measurements(), 10_000);
        assert_eq!(store.pop().unwrap().kind, Kind::Measurement(6));
    }

    #[test]
    fn what_was_under_way_comes_first_again() {
        let mut store = Store::default();
        store.push(message(Kind::Measurement(3)));
        let under_way = [Kind::Measurement(1), Kind::Noise, Kind::Copy(1), Kind::Measurement(2)].map(message);
        store.put_back(under_way.into_iter());
        let kinds: Vec<Kind> = std::iter::from_fn(|| store.pop()).map(|message| message.kind).collect();
        let expected = [Kind::Measurement(1), Kind::Copy(1), Kind::Measurement(2), Kind::Measurement(3)];
        assert_eq!(kinds, expected);
    }
}
