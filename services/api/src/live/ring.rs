//! The newest part of a fleet's tail, in memory.

use std::{collections::VecDeque, sync::Arc};

use super::{
    events::{Chunk, Entry},
    id::EventId,
};

/// What a reader comes by.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// Events.
    Entry(Arc<Entry>),
    /// From here on other replicas' events may be missing, until a place in the shared tail follows.
    Interrupted,
}

/// What is remembered, in the order in which this replica learned of it.
#[derive(Debug)]
pub(super) struct Ring {
    items: VecDeque<Item>,
    /// How many items were forgotten: the index of the first one.
    forgotten: u64,
    bytes: usize,
    /// The newest place that is known, where one is.
    last: Option<EventId>,
    /// The newest place of this replica's own count.
    local: EventId,
}

impl Ring {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { items: VecDeque::new(), forgotten: 0, bytes: 0, last: None, local: EventId::local() }
    }

    /// What comes next is this replica's own.
    pub(super) fn start_locally(&mut self) {
        self.last.get_or_insert(self.local);
    }

    /// What comes next comes after this place.
    pub(super) fn start_after(&mut self, place: EventId) {
        self.last = Some(place);
    }

    /// Adds what came from the shared tail, and forgets the oldest until `limit` bytes are left.
    pub(super) fn push(&mut self, entry: Entry, limit: usize) {
        self.last = Some(entry.last);
        self.bytes += entry.text.len();
        self.items.push_back(Item::Entry(Arc::new(entry)));
        while self.bytes > limit && self.items.len() > 1 {
            if let Some(Item::Entry(entry)) = self.items.pop_front() {
                self.bytes -= entry.text.len();
            }
            self.forgotten += 1;
        }
    }

    /// Adds what goes to this replica's readers alone, after `left_out` events that go to nobody.
    pub(super) fn push_local(&mut self, left_out: u64, chunk: Chunk, limit: usize) {
        let first = self.local.number + left_out + 1;
        self.local.number += left_out + chunk.count;
        self.push(Entry { last: self.local, first, text: chunk.text }, limit);
    }

    /// Tells readers that other replicas' events may be missing from here on, where they do not know yet.
    pub(super) fn interrupt(&mut self) {
        if !self.is_interrupted() {
            self.items.push_back(Item::Interrupted);
        }
    }

    /// Whether other replicas' events may be missing now.
    pub(super) fn is_interrupted(&self) -> bool {
        match self.items.back() {
            Some(Item::Interrupted) => true,
            Some(Item::Entry(entry)) => entry.last.is_local(),
            None => false,
        }
    }

    /// The newest place, and the index of what will come next.
    pub(super) fn end(&self) -> (Option<EventId>, u64) {
        (self.last, self.forgotten + self.items.len() as u64)
    }

    /// Up to `count` items from an index on, or from the oldest that is left; with the index of the first of them.
    pub(super) fn read(&self, index: u64, count: usize) -> (u64, Vec<Item>) {
        let start = index.max(self.forgotten);
        let skipped = usize::try_from(start - self.forgotten).unwrap_or(usize::MAX);
        (start, self.items.iter().skip(skipped).take(count).cloned().collect())
    }

    /// The index of the entry that has what follows a place, or where it will be; `None` where that is not known here.
    pub(super) fn find_after(&self, place: EventId) -> Option<u64> {
        if self.last == Some(place) {
            return Some(self.end().1);
        }
        let index = self.items.iter().position(|item| match item {
            Item::Entry(entry) => {
                entry.last.epoch == place.epoch
                    && (entry.first..=entry.last.number).contains(&place.next().number)
            }
            Item::Interrupted => false,
        })?;
        Some(self.forgotten + index as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(first: u64, last: u64) -> Entry {
        Entry { last: EventId { epoch: 1, number: last }, first, text: "x".repeat(10) }
    }

    #[test]
    fn remembers_the_newest_and_finds_places_in_it() {
        let place = |number| EventId { epoch: 1, number };
        let mut ring = Ring::new();
        for number in 0..5 {
            ring.push(entry(number * 2 + 1, number * 2 + 2), 30);
        }
        assert_eq!(ring.end(), (Some(place(10)), 5));
        assert_eq!(ring.read(0, 10).0, 2, "two were forgotten");
        assert_eq!((ring.read(4, 10).1.len(), ring.read(3, 1).1.len()), (1, 1));
        assert_eq!(ring.find_after(place(10)), Some(5));
        assert_eq!(ring.find_after(place(9)), Some(4), "in the midst of an entry");
        assert_eq!(ring.find_after(place(4)), Some(2));
        assert_eq!(ring.find_after(place(3)), None);
        assert_eq!(ring.find_after(EventId { epoch: 2, number: 9 }), None);
    }

    #[test]
    fn says_once_that_it_was_interrupted() {
        let mut ring = Ring::new();
        ring.interrupt();
        ring.interrupt();
        assert_eq!(ring.end(), (None, 1));
        ring.push_local(0, Chunk { count: 1, text: String::new() }, 30);
        ring.interrupt();
        assert_eq!(ring.end().1, 2, "a change of the count says it too");
    }
}
