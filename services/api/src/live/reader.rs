//! A reader: its place in a fleet's tail, and what it is told when it cannot be given everything.

use std::{cmp::Ordering, sync::Arc};

use tokio::sync::watch;

use super::{
    events::{Entry, LiveEvent},
    id::EventId,
    ring::Item,
    shared::SharedTail,
    tail::FleetTail,
};

/// Items taken at once: what a reader who does not read on keeps in memory.
const TAKEN: usize = 4;

/// What a reader is given.
#[derive(Debug)]
pub(crate) enum Read {
    /// So many events are missing here; 0 where it is not known how many, or whether any.
    Missed(u64),
    /// Events, from a number on.
    Events(Arc<Entry>, u64),
}

impl Read {
    /// The events.
    pub(crate) fn events(&self) -> impl Iterator<Item = LiveEvent<'_>> {
        let (entry, from) = match self {
            Self::Missed(_) => (None, 0),
            Self::Events(entry, from) => (Some(entry), *from),
        };
        entry.into_iter().flat_map(|entry| entry.events()).filter(move |event| event.id.number >= from)
    }
}

/// Reads a fleet's tail at its own pace, and holds nobody up.
pub(crate) struct Reader {
    tail: Arc<FleetTail>,
    changed: watch::Receiver<()>,
    /// Asked while the reader catches up with what is not in memory.
    catching_up: Option<SharedTail>,
    /// The index of the next item in memory.
    index: u64,
    /// The last place that was read, or left out and told.
    place: Option<EventId>,
    /// Told before anything else.
    missed: Option<u64>,
}

impl Reader {
    /// A reader from here on, or from the place that it read last.
    pub(super) fn new(
        tail: Arc<FleetTail>,
        changed: watch::Receiver<()>,
        shared: Option<SharedTail>,
        last: Option<EventId>,
    ) -> Self {
        let (end, index) = tail.ring().end();
        let missed = (shared.is_some() && tail.ring().is_interrupted()).then_some(0);
        let mut reader = Self { tail, changed, catching_up: None, index, place: end, missed };
        let Some(last) = last else { return reader };
        let found = reader.tail.ring().find_after(last);
        match found {
            Some(index) => (reader.index, reader.place) = (index, Some(last)),
            None if shared.is_some() && !last.is_local() => {
                (reader.catching_up, reader.place) = (shared, Some(last));
            }
            None => reader.missed = Some(0),
        }
        reader
    }

    /// The place up to which everything was read.
    pub(crate) fn place(&self) -> Option<EventId> {
        self.place
    }

    /// What comes next. Nothing is lost when this is dropped while it waits.
    pub(crate) async fn next(&mut self) -> Vec<Read> {
        loop {
            if let Some(missed) = self.missed.take() {
                return vec![Read::Missed(missed)];
            }
            if let Some(shared) = self.catching_up.clone() {
                let read = self.catch_up(&shared).await;
                if !read.is_empty() {
                    return read;
                }
                continue;
            }
            self.changed.mark_unchanged();
            let read = self.read();
            if !read.is_empty() {
                return read;
            }
            // The sender lives in the tail, which this reader holds.
            let _ = self.changed.changed().await;
        }
    }

    /// Reads what is in memory.
    fn read(&mut self) -> Vec<Read> {
        let (start, items) = self.tail.ring().read(self.index, TAKEN);
        let mut read = Vec::with_capacity(items.len());
        if start > self.index && self.place.is_none() {
            read.push(Read::Missed(0));
        }
        self.index = start + items.len() as u64;
        for item in items {
            match item {
                Item::Interrupted => read.push(Read::Missed(0)),
                Item::Entry(entry) => self.take(entry, &mut read),
            }
        }
        read
    }

    /// Takes an entry: what is new in it, and before it what is missing.
    fn take(&mut self, entry: Arc<Entry>, read: &mut Vec<Read>) {
        let mut from = entry.first;
        match self.place {
            // After nothing comes the first of all: the stream began while this reader waited.
            Some(place) if place.epoch == entry.last.epoch || place == EventId::ORIGIN => {
                match entry.first.cmp(&place.next().number) {
                    Ordering::Greater => read.push(Read::Missed(entry.first - place.next().number)),
                    Ordering::Equal => {}
                    Ordering::Less => from = place.next().number,
                }
            }
            Some(_) => read.push(Read::Missed(0)),
            None => {}
        }
        if from <= entry.last.number {
            self.place = Some(entry.last);
            read.push(Read::Events(entry, from));
        }
    }

    /// Reads what is kept in Redis, until what follows is in memory.
    async fn catch_up(&mut self, shared: &SharedTail) -> Vec<Read> {
        let Some(place) = self.place else {
            self.catching_up = None;
            return Vec::new();
        };
        let page = shared.read_after(self.tail.fleet_id, place).await;
        if let Some(index) = self.tail.ring().find_after(place) {
            (self.index, self.catching_up) = (index, None);
            return Vec::new();
        }
        match page {
            Some((_, entries)) if entries.first().is_some_and(|first| first.last.epoch == place.epoch) => {
                let mut read = Vec::new();
                for entry in entries {
                    self.take(Arc::new(entry), &mut read);
                }
                read
            }
            // Nothing came after it, and nothing was lost.
            Some((Some(newest), _)) if newest == place => {
                self.catching_up = None;
                self.go_to_end(newest)
            }
            _ => {
                self.catching_up = None;
                let (end, index) = self.tail.ring().end();
                (self.index, self.place) = (index, end);
                vec![Read::Missed(0)]
            }
        }
    }

    /// Goes on with what comes next, after a place that was the newest a moment ago.
    fn go_to_end(&mut self, newest: EventId) -> Vec<Read> {
        let ring = self.tail.ring();
        self.index = ring.find_after(newest).unwrap_or_else(|| ring.end().1);
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{events::Chunk, tail::Tails};

    fn entry(epoch: u64, first: u64, last: u64) -> Entry {
        let lines = (first..=last).map(|number| format!("gap a {{\"n\":{number}}}\n"));
        Entry { last: EventId { epoch, number: last }, first, text: lines.collect() }
    }

    /// What is read, as numbers: of events, and of those missed below zero.
    async fn numbers(reader: &mut Reader) -> Vec<i64> {
        let read = tokio::time::timeout(std::time::Duration::from_secs(5), reader.next()).await.unwrap();
        let numbers = read.iter().flat_map(|read| match read {
            Read::Missed(count) => vec![-i64::try_from(*count).unwrap() - 1],
            Read::Events(..) => read.events().map(|event| i64::try_from(event.id.number).unwrap()).collect(),
        });
        numbers.collect()
    }

    #[tokio::test]
    async fn is_told_of_what_it_cannot_have() {
        let tails = Tails::new(150);
        let (tail, changed, _) = tails.open(1);
        tail.ring().start_after(EventId { epoch: 1, number: 4 });
        let new = |last| Reader::new(Arc::clone(&tail), changed.clone(), None, last);
        let (mut reader, mut slow) = (new(None), new(None));
        tail.push(vec![entry(1, 5, 6), entry(1, 9, 9)]);
        assert_eq!(numbers(&mut reader).await, [5, 6, -3, 9], "two were left out");
        assert_eq!(numbers(&mut new(Some(EventId { epoch: 1, number: 5 }))).await, [6, -3, 9]);
        assert_eq!(numbers(&mut new(Some(EventId { epoch: 7, number: 5 }))).await, [-1]);
        tail.push((10..30).map(|number| entry(1, number, number)).collect());
        let read = numbers(&mut slow).await;
        assert_eq!(-1 - read[0], read[1] - 5, "as many as are missing before the first: {read:?}");
        tail.push_local(0, vec![Chunk { count: 1, text: "gap a {}\n".into() }]);
        while !numbers(&mut slow).await.contains(&-1) {}
        tail.push(vec![entry(1, 31, 31)]);
        assert_eq!(numbers(&mut slow).await, [-1, 31], "what others sent meanwhile is not known");
        let place = slow.place();
        assert_eq!(place, Some(EventId { epoch: 1, number: 31 }));
    }
}
