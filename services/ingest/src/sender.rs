//! Brings a batch to the API, for as long as it takes.

use std::{ops::Range, sync::Arc};

use argosy_client::{Client, Error};
use argosy_wire::batch::IngestResponse;
use bytes::Bytes;
use tokio::{sync::mpsc, time::sleep};

use crate::{batcher::Batch, health::ApiHealth, metrics, pause, plain, receipts::Receipts, window::Ticket};

/// Where a connection hears of committed messages. Unbounded, because its window bounds how many tickets there are.
pub(crate) type Commits = mpsc::UnboundedSender<Vec<Ticket>>;

/// Sends batches.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// The API.
    pub(crate) client: Client,
    /// What is known of it.
    pub(crate) health: ApiHealth,
    /// Where receipts go; nothing where devices get none.
    pub(crate) receipts: Option<Receipts>,
    /// By connection.
    pub(crate) commits: Arc<[Commits]>,
}

impl Sender {
    /// Sends a batch, and returns once it is committed and its messages are told of it.
    pub(crate) async fn send(&self, batch: Batch) {
        let messages = batch.ends.len();
        let lines = Bytes::from(batch.lines);
        let response = self.send_lines(&lines, &batch.ends, 0..messages).await;
        metrics::committed(messages, &response, batch.oldest.elapsed());
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
        if let Some(receipts) = &self.receipts {
            receipts.add(response.receipts);
        }
    }

    /// Sends some of a batch's lines, and returns once all of them are committed.
    async fn send_lines(&self, lines: &Bytes, ends: &[usize], range: Range<usize>) -> IngestResponse {
        let start = range.start.checked_sub(1).map_or(0, |before| ends[before]);
        let mut body = lines.slice(start..ends[range.end - 1]);
        let mut is_plain = false;
        let mut pauses = pause::growing();
        let mut failing = None;
        loop {
            let error = match self.store(body.clone()).await {
                Ok(response) => {
                    self.health.succeeded();
                    return response;
                }
                Err(error) => error,
            };
            metrics::batch_failed();
            if is_about_the_batch(&error) {
                if range.len() > 1 {
                    tracing::warn!(%error, messages = range.len(), "The API refused a batch; it is sent in halves.");
                    return self.send_halves(lines, ends, range).await;
                }
                if !is_plain && let Some(plain) = plain::line(&body) {
                    tracing::warn!(%error, bytes = body.len(), "The API refused a message; its bytes are sent instead.");
                    (body, is_plain) = (plain, true);
                    continue;
                }
            }
            // Whatever it is, it is to be mended over there: a message that is not stored is not acknowledged.
            self.health.failed(&error);
            failing.get_or_insert_with(|| self.health.failing());
            sleep(pauses.next().unwrap_or(pause::MAX)).await;
        }
    }

    async fn store(&self, body: Bytes) -> Result<IngestResponse, Error> {
        match self.receipts {
            Some(_) => self.client.ingest_with_receipts(body).await,
            None => self.client.ingest(body).await,
        }
    }

    async fn send_halves(&self, lines: &Bytes, ends: &[usize], range: Range<usize>) -> IngestResponse {
        let middle = range.start + range.len() / 2;
        let mut first = Box::pin(self.send_lines(lines, ends, range.start..middle)).await;
        let second = Box::pin(self.send_lines(lines, ends, middle..range.end)).await;
        first.receipts.extend(second.receipts);
        IngestResponse {
            stored: first.stored + second.stored,
            duplicate: first.duplicate + second.duplicate,
            dead_lettered: first.dead_lettered + second.dead_lettered,
            receipts: first.receipts,
        }
    }
}

/// Whether an error is about what the batch holds, so that parts of it may fare better.
fn is_about_the_batch(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 413 | 422))
}
