//! How a device comes to its end.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// From `stop` on a device makes nothing more, and has some time to bring home what it made.
pub(super) struct Ending {
    stop: CancellationToken,
    grace: Duration,
    deadline: Option<Instant>,
}

impl Ending {
    pub(super) fn new(stop: CancellationToken, grace: Duration) -> Self {
        Self { stop, grace, deadline: None }
    }

    /// Returns when the ending begins, and then when it is over.
    pub(super) async fn next(&mut self) {
        if let Some(deadline) = self.deadline {
            sleep_until(deadline).await;
        } else {
            self.stop.cancelled().await;
            self.deadline = Some(Instant::now() + self.grace);
        }
    }

    /// Whether [`Ending::next`] has returned.
    pub(super) fn has_begun(&self) -> bool {
        self.deadline.is_some()
    }

    /// Whether no time is left.
    pub(super) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }
}
