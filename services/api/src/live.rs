//! The live tail: what was committed a moment ago, handed to whoever watches, at every replica.
//!
//! A batch's events go through a bounded queue ([`publish`]) to a stream of bounded length in Redis ([`shared`]). A replica
//! follows the streams of the fleets that are watched at it ([`follow`]) into memory of bounded size ([`ring`]), from which its
//! readers read at their own pace ([`reader`]). While Redis is away events go to the readers of their own replica alone. What a
//! reader cannot be given, for whatever reason, it is told of: every event has a number, and numbers are never left out silently.

mod events;
mod follow;
mod id;
mod publish;
mod reader;
mod ring;
mod shared;
mod tail;

use std::sync::Arc;

use redis::{Client, RedisResult};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use events::{EventKind, Events, LiveEvent};
pub(crate) use id::EventId;
pub(crate) use reader::{Read, Reader};

use publish::Queue;
use shared::SharedTail;
use tail::Tails;

/// Hands events from writers to readers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct LiveTail {
    queue: Queue,
    tails: Arc<Tails>,
    shared: Option<SharedTail>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl LiveTail {
    /// A live tail without readers that takes `bytes` of memory at the most, shared by Redis where there is one.
    pub(crate) fn start(redis: Option<Client>, bytes: usize) -> RedisResult<Self> {
        let shared = redis.map(SharedTail::new).transpose()?;
        let tails = Arc::new(Tails::new(bytes));
        let (queue, publisher) = publish::queue(shared.clone(), Arc::clone(&tails));
        let (tasks, closing) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(publisher.run(closing.clone()));
        Ok(Self { queue, tails, shared, tasks, closing })
    }

    /// Whether anybody may want a fleet's events, here or at another replica.
    pub(crate) fn is_wanted(&self, fleet_id: i64) -> bool {
        self.shared.is_some() || self.tails.get(fleet_id).is_some()
    }

    /// Hands over what was committed. Never waits.
    pub(crate) fn publish(&self, fleet_id: i64, events: Events) {
        self.queue.push(fleet_id, events);
    }

    /// A reader of everything that is committed from now on; and of what was since `last`, where it comes back.
    pub(crate) async fn read(&self, fleet_id: i64, last: Option<EventId>) -> Reader {
        let (tail, changed, is_new) = self.tails.open(fleet_id);
        if is_new {
            let (tail, tails) = (Arc::clone(&tail), Arc::clone(&self.tails));
            self.tasks.spawn(follow::run(tail, tails, self.shared.clone(), self.closing.clone()));
        }
        tail.standing.cancelled().await;
        Reader::new(tail, changed, self.shared.clone(), last)
    }

    /// Publishes what still waits, and ends.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
