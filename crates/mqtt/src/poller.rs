//! Polling that is never cut short.

use std::pin::Pin;

use rumqttc::{ConnectionError, Event, EventLoop};

type Poll = Pin<Box<dyn Future<Output = (EventLoop, Result<Event, ConnectionError>)> + Send>>;

/// An event loop whose next event can be awaited in a `select!`: what another branch interrupts goes on with the next call.
///
/// The library's own `poll` starts a connection anew when it is dropped half-way, so that a client with a busy timer and a
/// slow handshake would never connect.
pub struct Poller {
    poll: Option<Poll>,
}

impl Poller {
    /// Polls this event loop.
    pub fn new(events: EventLoop) -> Self {
        Self { poll: Some(poll(events)) }
    }

    /// The next event. After an error the connection is gone, and so is the poller: it returns the same kind of error again.
    pub async fn next(&mut self) -> Result<Event, ConnectionError> {
        let Some(pending) = self.poll.as_mut() else { return Err(ConnectionError::RequestsDone) };
        let (events, result) = pending.await;
        self.poll = result.is_ok().then(|| poll(events));
        result
    }
}

fn poll(mut events: EventLoop) -> Poll {
    Box::pin(async move {
        let result = events.poll().await;
        (events, result)
    })
}
