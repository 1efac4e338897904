//! Which messages of one connection wait for their acknowledgement, in the order they came.
//!
//! MQTT asks for acknowledgements in the order of the messages (MQTT 5, 4.6), but batches are committed in any order.

use std::collections::VecDeque;

/// Names a message within all connections of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// The connection, and which of its epochs.
    pub(crate) connection: u16,
    /// Counts the connects; packet ids mean nothing beyond one.
    pub(crate) epoch: u64,
    /// Counts the messages of the epoch.
    order: u64,
}

/// The messages of a connection's present epoch.
#[derive(Debug)]
pub(crate) struct Window<A> {
    connection: u16,
    epoch: u64,
    first: u64,
    waiting: VecDeque<(A, bool)>,
}

impl<A> Window<A> {
    /// No messages, before the first epoch.
    pub(crate) fn new(connection: u16) -> Self {
        Self { connection, epoch: 0, first: 0, waiting: VecDeque::new() }
    }

    /// A new connection: what waited will come again.
    pub(crate) fn start_epoch(&mut self) {
        self.epoch += 1;
        self.first = 0;
        self.waiting.clear();
    }

    /// A message came that wants this acknowledgement.
    pub(crate) fn push(&mut self, acknowledgement: A) -> Ticket {
        let order = self.first + self.waiting.len() as u64;
        self.waiting.push_back((acknowledgement, false));
        Ticket { connection: self.connection, epoch: self.epoch, order }
    }

    /// A message is committed. Tickets of an older epoch count for nothing.
    pub(crate) fn commit(&mut self, ticket: Ticket) {
        if ticket.epoch != self.epoch {
            return;
        }
        let index = ticket.order.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some((_, committed)) = index.and_then(|index| self.waiting.get_mut(index)) {
            *committed = true;
        }
    }

    /// The next acknowledgement to send: that of the oldest message, once it is committed.
    pub(crate) fn pop(&mut self) -> Option<A> {
        if !self.waiting.front()?.1 {
            return None;
        }
        self.first += 1;
        self.waiting.pop_front().map(|(acknowledgement, _)| acknowledgement)
    }

    /// How many messages wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stale_ticket_acknowledges_nothing() {
        let mut window = Window::new(0);
        window.start_epoch();
        let stale = window.push('a');
        window.start_epoch();
        let fresh = window.push('b');
        window.commit(stale);
        assert_eq!(window.pop(), None);
        window.commit(fresh);
        assert_eq!(window.pop(), Some('b'));
        window.commit(fresh);
        assert_eq!(window.pop(), None);
    }

    proptest! {
        /// However commits are ordered, acknowledgements come in the order of the messages, each once, none before its commit.
        #[test]
        fn acknowledgements_keep_the_order(order in Just((0..40_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let mut window = Window::new(1);
            window.start_epoch();
            let tickets: Vec<Ticket> = (0..40_usize).map(|message| window.push(message)).collect();
            let (mut committed, mut acknowledged) = (Vec::new(), Vec::new());
            for index in order {
                window.commit(tickets[index]);
                committed.push(index);
                while let Some(message) = window.pop() {
                    prop_assert!(committed.contains(&message));
                    acknowledged.push(message);
                }
            }
            prop_assert_eq!(acknowledged, (0..40).collect::<Vec<_>>());
            prop_assert_eq!(window.len(), 0);
        }
    }
}
