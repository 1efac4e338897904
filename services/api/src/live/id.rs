//! Places in a fleet's live tail.

use std::{fmt, num::ParseIntError, str::FromStr};

/// A place in a fleet's live tail: the one of an event, or the end.
///
/// In the tail that replicas share, it is the event's id in Redis and means the same at every replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventId {
    /// Names one unbroken count. In Redis: when its stream began, in milliseconds since 1970.
    pub(super) epoch: u64,
    /// Counts the fleet's events from 1; those that were left out count too, so a jump says how many they are.
    pub(super) number: u64,
}

/// Set in the epochs of one replica's own counts, which means nothing at another.
const LOCAL: u64 = 1 << 62;

impl EventId {
    /// Before everything.
    pub(crate) const ORIGIN: Self = Self { epoch: 0, number: 0 };

    /// The start of a count of this replica's own.
    pub(super) fn local() -> Self {
        Self { epoch: LOCAL | (rand::random::<u64>() >> 2), number: 0 }
    }

    /// Whether the place is in a replica's own count.
    pub(super) fn is_local(self) -> bool {
        self.epoch & LOCAL != 0
    }

    /// The place after this one.
    pub(super) fn next(self) -> Self {
        Self { number: self.number.saturating_add(1), ..self }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.epoch, self.number)
    }
}

impl FromStr for EventId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, number) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self { epoch: epoch.parse()?, number: number.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_it_is_read() {
        let id = EventId { epoch: 1_763_672_400_000, number: 7 };
        assert_eq!((id.to_string().as_str(), id.to_string().parse()), ("1763672400000-7", Ok(id)));
        assert!(!id.is_local() && EventId::local().is_local() && EventId::local() != EventId::local());
        for text in ["", "-", "1", "1-", "-1", "1-2-3", "a-b", "99999999999999999999-1"] {
            assert!(text.parse::<EventId>().is_err(), "{text}");
        }
    }
}
