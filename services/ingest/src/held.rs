//! How many bytes of messages the process holds, so that a flood of large ones cannot fill its memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is counted at the least for a message, and the unit of counting.
const UNIT: u64 = 1024;

/// Room for messages. Cheap to clone; clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    units: Arc<Semaphore>,
    total: u32,
}

/// A message's part of the room, given back when it is dropped.
pub(crate) type Place = OwnedSemaphorePermit;

impl Room {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let total = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX).max(1);
        Self { units: Arc::new(Semaphore::new(total as usize)), total }
    }

    fn units(&self, bytes: usize) -> u32 {
        u32::try_from(bytes as u64 / UNIT + 1).unwrap_or(u32::MAX).min(self.total)
    }

    /// A place for a message of so many bytes, where there is one.
    pub(crate) fn try_take(&self, bytes: usize) -> Option<Place> {
        Arc::clone(&self.units).try_acquire_many_owned(self.units(bytes)).ok()
    }

    /// A place for a message of so many bytes, once there is one; nothing when the process ends.
    pub(crate) async fn take(&self, bytes: usize) -> Option<Place> {
        Arc::clone(&self.units).acquire_many_owned(self.units(bytes)).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_given_back() {
        let room = Room::new(4 * UNIT);
        let place = room.try_take(3 * 1024).unwrap();
        assert!(room.try_take(0).is_none());
        drop(place);
        // Even what is larger than all the room finds a place, alone.
        let all = room.try_take(1_000_000).unwrap();
        assert!(room.try_take(0).is_none());
        drop(all);
        assert!(room.try_take(0).is_some());
    }
}
