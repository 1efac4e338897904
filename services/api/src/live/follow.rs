//! Keeps a watched fleet's tail up to the shared one, and lets it go when nobody watches any more.

use std::{sync::Arc, time::Duration};

use redis::RedisResult;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    id::EventId,
    shared::{Follower, SharedTail},
    tail::{FleetTail, Tails},
};

/// How long a tail is kept when nobody watches: the time a browser needs to come back.
const LINGER: Duration = Duration::from_secs(60);
/// How long to wait before Redis is tried again.
const BACKOFF: Duration = Duration::from_millis(250);
/// Failures in a row after which readers are told: one may be a connection that was closed, and nothing is lost by it.
const TOLERATED: u32 = 1;

/// Follows until nobody watches, or the service stops.
pub(super) async fn run(
    tail: Arc<FleetTail>,
    tails: Arc<Tails>,
    shared: Option<SharedTail>,
    shutdown: CancellationToken,
) {
    let mut following = shared.map(|shared| Following::new(shared, Arc::clone(&tail)));
    let mut watched_at = Instant::now();
    while !shutdown.is_cancelled() {
        if tail.is_watched() {
            watched_at = Instant::now();
        } else if watched_at.elapsed() > LINGER && tails.close(&tail) {
            return;
        }
        let step = async {
            match &mut following {
                Some(following) => following.step().await,
                None => {
                    tail.ring().start_locally();
                    tail.standing.cancel();
                    tokio::time::sleep(BACKOFF).await;
                }
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = step => {}
        }
    }
}

struct Following {
    shared: SharedTail,
    tail: Arc<FleetTail>,
    follower: Option<Follower>,
    /// Up to where it was read.
    place: Option<EventId>,
    failures: u32,
}

impl Following {
    fn new(shared: SharedTail, tail: Arc<FleetTail>) -> Self {
        Self { shared, tail, follower: None, place: None, failures: 0 }
    }

    /// Reads once, and waits a little where Redis does not answer.
    async fn step(&mut self) {
        let Err(error) = self.read().await else {
            self.failures = 0;
            return;
        };
        self.follower = None;
        self.failures = self.failures.saturating_add(1);
        if self.failures > TOLERATED || self.place.is_none() {
            tracing::debug!(%error, fleet.id = self.tail.fleet_id, "The live tail of other replicas is interrupted.");
            self.tail.interrupt();
        }
        self.tail.standing.cancel();
        tokio::time::sleep(BACKOFF).await;
    }

    async fn read(&mut self) -> RedisResult<()> {
        let place = match (&mut self.follower, self.place) {
            (Some(_), Some(place)) => place,
            _ => self.connect().await?,
        };
        let Some(follower) = &mut self.follower else { return Ok(()) };
        let entries = follower.next(place).await?;
        if let Some(last) = entries.last() {
            self.place = Some(last.last);
            self.tail.push(entries);
        }
        Ok(())
    }

    /// Connects, and says from where to go on.
    async fn connect(&mut self) -> RedisResult<EventId> {
        let mut follower = self.shared.follow(self.tail.fleet_id).await?;
        let newest = follower.newest().await?;
        let place = match (self.place, newest) {
            (Some(place), Some(newest)) if place <= newest => place,
            // A stream that was lost begins anew, perhaps by a clock that was set back.
            (Some(_), _) => EventId::ORIGIN,
            (None, newest) => newest.unwrap_or(EventId::ORIGIN),
        };
        if self.place.is_none() {
            self.tail.ring().start_after(place);
        }
        self.follower = Some(follower);
        self.place = Some(place);
        self.tail.standing.cancel();
        Ok(place)
    }
}
