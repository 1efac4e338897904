//! What a device keeps until the broker has acknowledged it, or until there is a receipt.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use argosy_wire::receipt::Receipt;
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
    /// No telemetry at all, on request, of this number. What is not acknowledged of it nobody misses.
    Poison(i64),
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
    /// Whether the broker acknowledged it once.
    pub(super) is_acknowledged: bool,
    /// Whether a receipt answers for it.
    pub(super) is_receipted: bool,
}

impl Stored {
    pub(super) fn measurement(seq: i64, due: Instant, payload: Bytes) -> Self {
        Self::new(Kind::Measurement(seq), due, payload)
    }

    pub(super) fn poison(number: i64, due: Instant, payload: Bytes) -> Self {
        Self::new(Kind::Poison(number), due, payload)
    }

    fn new(kind: Kind, due: Instant, payload: Bytes) -> Self {
        Self { kind, due, payload, is_acknowledged: false, is_receipted: false }
    }

    /// The number of a measurement.
    pub(super) fn seq(&self) -> Option<i64> {
        match self.kind {
            Kind::Measurement(seq) => Some(seq),
            Kind::Copy(_) | Kind::Poison(_) => None,
        }
    }

    /// The same once more.
    pub(super) fn copy(&self) -> Self {
        let kind = match self.kind {
            Kind::Measurement(seq) | Kind::Copy(seq) => Kind::Copy(seq),
            Kind::Poison(number) => Kind::Poison(number),
        };
        Self::new(kind, self.due, self.payload.clone())
    }

    fn is_measurement(&self) -> bool {
        matches!(self.kind, Kind::Measurement(_))
    }
}

/// Messages to send, in order, and those that wait for their receipt.
#[derive(Debug, Default)]
pub(crate) struct Store {
    waiting: VecDeque<Stored>,
    /// By number, with when they were acknowledged.
    kept: BTreeMap<i64, (Stored, Instant)>,
}

impl Store {
    /// Adds a message; returns how many measurements had to go for it.
    pub(super) fn push(&mut self, message: Stored) -> u64 {
        self.waiting.push_back(message);
        if self.waiting.len() + self.kept.len() > CAPACITY {
            // What was acknowledged is most likely stored.
            if self.kept.pop_first().is_some() {
                return 1;
            }
            return self.waiting.pop_front().map_or(0, |oldest| u64::from(oldest.is_measurement()));
        }
        0
    }

    /// The next message to send.
    pub(super) fn pop(&mut self) -> Option<Stored> {
        self.waiting.pop_front()
    }

    /// Puts messages back that were sent and not acknowledged, before the others. Poison is not worth a second try: a broker
    /// may have closed the connection because of it.
    pub(super) fn put_back(&mut self, messages: impl DoubleEndedIterator<Item = Stored>) {
        for message in messages.rev().filter(|message| !matches!(message.kind, Kind::Poison(_))) {
            self.waiting.push_front(message);
        }
    }

    /// Keeps a measurement that was acknowledged until its receipt comes.
    pub(super) fn keep(&mut self, message: Stored) {
        if let Some(seq) = message.seq() {
            self.kept.insert(seq, (message, Instant::now()));
        }
    }

    /// Whether something waits for its receipt.
    pub(super) fn keeps(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Takes out what a receipt answers for.
    pub(super) fn take_receipted(&mut self, receipt: &Receipt) -> Vec<Stored> {
        let answers = |message: &Stored| message.seq().is_some_and(|seq| receipt.answers(seq));
        let kept = self.kept.extract_if(.., |seq, _| receipt.answers(*seq));
        let mut taken: Vec<Stored> = kept.map(|(_, (message, _))| message).collect();
        // What is to be repeated is here; a receipt may come in time.
        if self.waiting.iter().any(answers) {
            let (done, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(answers);
            self.waiting = waiting;
            taken.extend::<VecDeque<Stored>>(done);
        }
        taken
    }

    /// Queues again, before the others, what was acknowledged so long ago and has no receipt. Returns how many they are.
    pub(super) fn repeat(&mut self, now: Instant, patience: Duration) -> u64 {
        let overdue = self.kept.extract_if(.., |_, (_, since)| *since + patience <= now);
        let overdue: Vec<Stored> = overdue.map(|(_, (message, _))| message).collect();
        let count = overdue.len() as u64;
        self.put_back(overdue.into_iter());
        count
    }

    /// Whether everything was sent, and nothing waits for its receipt.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.kept.is_empty()
    }

    /// Measurements that wait.
    pub(super) fn measurements(&self) -> u64 {
        let waiting = self.waiting.iter().filter(|message| message.is_measurement()).count();
        (waiting + self.kept.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Kind) -> Stored {
        Stored::new(kind, Instant::now(), Bytes::new())
    }

    #[test]
    fn the_oldest_goes_first_when_there_is_no_room() {
        let mut store = Store::default();
        assert_eq!(store.push(message(Kind::Poison(1))), 0);
        let dropped = (1..=10_005).map(|seq| store.push(message(Kind::Measurement(seq)))).sum::<u64>();
        assert_eq!(dropped, 5);
        assert_eq!(store.measurements(), 10_000);
        assert_eq!(store.pop().unwrap().kind, Kind::Measurement(6));
    }

    #[test]
    fn what_has_a_receipt_is_forgotten_and_what_has_none_is_repeated_in_time() {
        let mut store = Store::default();
        (1..=6).for_each(|seq| store.keep(message(Kind::Measurement(seq))));
        store.push(message(Kind::Measurement(7)));
        let numbers = |messages: Vec<Stored>| messages.iter().filter_map(Stored::seq).collect::<Vec<_>>();
        assert_eq!(numbers(store.take_receipted(&Receipt::new(1, 2, [4], [5]))), [1, 2, 4, 5]);
        let (now, patience) = (Instant::now(), Duration::from_secs(30));
        assert_eq!(store.repeat(now, patience), 0);
        assert_eq!(store.repeat(now + patience, patience), 2);
        assert!(!store.keeps() && !store.is_empty());
        assert_eq!(store.measurements(), 3);
        // What is to be repeated may be answered for before it is.
        assert_eq!(numbers(store.take_receipted(&Receipt::new(1, 4, [], []))), [3]);
        let left: Vec<i64> = std::iter::from_fn(|| store.pop()).filter_map(|message| message.seq()).collect();
        assert_eq!(left, [6, 7]);
    }

    #[test]
    fn what_was_acknowledged_goes_first_when_there_is_no_room() {
        let mut store = Store::default();
        (1..=3).for_each(|seq| store.keep(message(Kind::Measurement(seq))));
        let dropped = (4..=10_005).map(|seq| store.push(message(Kind::Measurement(seq)))).sum::<u64>();
        assert_eq!((dropped, store.measurements(), store.keeps()), (5, 10_000, false));
        assert_eq!(store.pop().unwrap().kind, Kind::Measurement(6));
    }

    #[test]
    fn what_was_under_way_comes_first_again() {
        let mut store = Store::default();
        store.push(message(Kind::Measurement(3)));
        let under_way =
            [Kind::Measurement(1), Kind::Poison(1), Kind::Copy(1), Kind::Measurement(2)].map(message);
        store.put_back(under_way.into_iter());
        let kinds: Vec<Kind> = std::iter::from_fn(|| store.pop()).map(|message| message.kind).collect();
        let expected = [Kind::Measurement(1), Kind::Copy(1), Kind::Measurement(2), Kind::Measurement(3)];
        assert_eq!(kinds, expected);
    }
}
