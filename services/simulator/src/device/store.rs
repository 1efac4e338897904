//! What a device keeps until the broker has acknowledged it.

use std::collections::VecDeque;

/// Messages that a device keeps at the most; then the oldest go, which leaves a gap that everybody can see.
const CAPACITY: usize = 10_000;

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// Its number; nothing for what is no telemetry.
    pub(super) seq: Option<i64>,
    /// As it is sent.
    pub(super) payload: Vec<u8>,
}

/// Messages to send, in order.
#[derive(Debug, Default)]
pub(super) struct Store {
    waiting: VecDeque<Stored>,
}

impl Store {
    /// Adds a message; returns how many had to go for it.
    pub(super) fn push(&mut self, message: Stored) -> u64 {
        self.waiting.push_back(message);
        if self.waiting.len() > CAPACITY {
            self.waiting.pop_front();
            return 1;
        }
        0
    }

    /// The next message to send.
    pub(super) fn pop(&mut self) -> Option<Stored> {
        self.waiting.pop_front()
    }

    /// Puts messages back that were sent and not acknowledged, before the others.
    pub(super) fn put_back(&mut self, messages: impl DoubleEndedIterator<Item = Stored>) {
        for message in messages.rev() {
            self.waiting.push_front(message);
        }
    }

    /// Whether everything was sent.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
