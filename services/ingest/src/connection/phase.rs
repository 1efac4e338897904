//! Where a connection stands, from its first packet to its last.

use tokio::time::{Duration, Instant};

/// After unsubscribing, the broker has sent everything it had when nothing has come for so long.
const QUIET: Duration = Duration::from_millis(300);

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It is being made, or its subscriptions are.
    Connecting,
    /// Messages come.
    Subscribed,
    /// The service stops, and the broker was asked for no new messages.
    Unsubscribing,
    /// The service stops for good: the broker sends what it still has for the session. Since when nothing has happened.
    Leaving(Instant),
    /// The service stops and takes nothing more; the session stays subscribed, so that the broker keeps what comes.
    Pausing,
}

impl Phase {
    /// Whether the service stops.
    pub(super) fn is_stopping(self) -> bool {
        matches!(self, Self::Unsubscribing | Self::Leaving(_) | Self::Pausing)
    }

    /// Something happened.
    pub(super) fn touch(&mut self) {
        if let Self::Leaving(since) = self {
            *since = Instant::now();
        }
    }

    /// When the service may go, once everything is acknowledged, unless something happens.
    pub(super) fn ends_at(self) -> Option<Instant> {
        match self {
            Self::Leaving(since) => Some(since + QUIET),
            Self::Pausing => Some(Instant::now()),
            Self::Connecting | Self::Subscribed | Self::Unsubscribing => None,
        }
    }
}
