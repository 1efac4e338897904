//! Brings batches to the API, several at once, each for as long as it takes.

use std::{ops::Range, sync::Arc, time::Duration};

use argosy_client::{Client, Error};
use argosy_runtime::admin::Component;
use argosy_wire::batch::IngestResponse;
use bytes::Bytes;
use rand::RngExt as _;
use tokio::{
    sync::{Semaphore, mpsc},
    time::sleep,
};
use tokio_util::task::TaskTracker;

use crate::{batcher::Batch, metrics, window::Ticket};

/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Where a connection hears of committed messages.
pub(crate) type Commits = mpsc::UnboundedSender<Vec<Ticket>>;

/// Sends batches.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// The API.
    pub(crate) client: Client,
    /// The API's readiness.
    pub(crate) api: Component,
    /// By connection. Unbounded, because a window bounds how many tickets there are.
    pub(crate) commits: Arc<[Commits]>,
}

impl Sender {
    /// Sends until `batches` closes, and until the last one is committed.
    pub(crate) async fn run(self, mut batches: mpsc::Receiver<Batch>, in_flight: u32) {
        let permits = Arc::new(Semaphore::new(in_flight as usize));
        let tasks = TaskTracker::new();
        // The permit first: a batch that cannot be sent stays in the channel.
        while let Ok(permit) = Arc::clone(&permits).acquire_owned().await {
            let Some(batch) = batches.recv().await else { break };
            let sender = self.clone();
            tasks.spawn(async move {
                sender.send(batch).await;
                drop(permit);
            });
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn send(&self, batch: Batch) {
        let messages = batch.ends.len();
        let lines = Bytes::from(batch.lines);
        let response = self.send_lines(&lines, &batch.ends, 0..messages).await;
        metrics::committed(messages, response, batch.oldest.elapsed());
        let mut by_connection: Vec<Vec<Ticket>> = vec![Vec::new(); self.commits.len()];
        for ticket in batch.tickets {
            if let Some(tickets) = by_connection.get_mut(usize::from(ticket.connection)) {
                tickets.push(ticket);
            }
        }
        for (tickets, commits) in by_connection.into_iter().zip(self.commits.iter()) {
            if !tickets.is_empty() {
                // A connection that is gone wants no acknowledgements.
                let _ = commits.send(tickets);
            }
        }
    }

    /// Sends some of a batch's lines, and returns once all of them are committed.
    async fn send_lines(&self, lines: &Bytes, ends: &[usize], range: Range<usize>) -> IngestResponse {
        let start = range.start.checked_sub(1).map_or(0, |before| ends[before]);
        let body = lines.slice(start..ends[range.end - 1]);
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.client.ingest(body.clone()).await {
                Ok(response) => {
                    self.api.ready();
                    return response;
                }
                Err(error) => error,
            };
            metrics::batch_failed();
            if is_about_the_batch(&error) && range.len() > 1 {
                tracing::warn!(%error, messages = range.len(), "The API refused a batch; it is sent in halves.");
                let middle = range.start + range.len() / 2;
                let first = Box::pin(self.send_lines(lines, ends, range.start..middle)).await;
                let second = Box::pin(self.send_lines(lines, ends, middle..range.end)).await;
                return IngestResponse {
                    stored: first.stored + second.stored,
                    duplicate: first.duplicate + second.duplicate,
                    dead_lettered: first.dead_lettered + second.dead_lettered,
                };
            }
            // Even one message that the API refuses by itself is kept and tried again: it never happens, and if it does, it is
            // the API that has to be mended, not the message that has to be lost.
            self.api.not_ready(error.to_string());
            let jitter = rand::rng().random_range(0.5..1.0);
            sleep(pause.mul_f64(jitter)).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }
}

/// Whether an error is about what the batch holds, so that parts of it may fare better.
fn is_about_the_batch(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 413 | 422))
}
