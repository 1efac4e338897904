//! The path of a batch: from its bytes to one committed transaction.
//!
//! [`lines`] splits the body, [`triage`] decodes what it can, [`plan`] names the devices and refuses what may not be stored,
//! [`transaction`] stores the rest. A message that is wrong costs itself; a database that fails costs the batch, which then
//! is not acknowledged and comes again.
//!
//! What of it needs no database is public, so that benchmarks can measure it.

mod dead_letter;
pub mod directory;
pub mod events;
pub mod lines;
pub(crate) mod partitions;
pub mod plan;
mod presence;
pub mod receipts;
pub(crate) mod traffic;
pub mod transaction;
pub mod triage;

use std::{borrow::Cow, time::Duration};

use argosy_wire::{FleetName, batch::IngestReceipt, telemetry::decode::Rejected};
use chrono::{DateTime, Utc};
use sqlx::error::DatabaseError;

use crate::{
    metrics,
    problem::{self, ApiError},
    state::AppState,
};
use plan::Plan;
use transaction::Failure;
use triage::Triage;

/// How often a transaction is tried before the batch fails.
const ATTEMPTS: u32 = 5;
/// How long the first repetition waits; each next one waits as long again.
const BACKOFF: Duration = Duration::from_millis(20);

/// A message as it arrived.
#[derive(Debug)]
pub struct Message<'a> {
    /// The topic it was published to.
    pub(crate) topic: Cow<'a, str>,
    /// When it was received.
    pub(crate) received_at: DateTime<Utc>,
    /// Its payload, byte for byte; or why not even that is known.
    pub(crate) payload: Result<Cow<'a, [u8]>, Rejected>,
    /// What is kept as a dead letter's payload where `payload` is an error.
    pub(crate) raw: &'a [u8],
    /// When a line was read that was only taken apart: all of this is so if the payload turns out to be valid, and else what
    /// [`lines::read_whole`] makes of it.
    pub(crate) unread: Option<DateTime<Utc>>,
}

impl Message<'_> {
    /// The bytes that a dead letter keeps.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.payload.as_deref().unwrap_or(self.raw)
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is in the database now.
    Stored,
    /// It was in the database already.
    Duplicate,
    /// It cannot be stored.
    Refused(Rejected),
}

/// What happens to messages that are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnRefusal {
    /// They become dead letters, in the same transaction.
    Keep,
    /// They are reported only: they are dead letters already.
    Report,
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct Stored {
    /// What became of each message, in their order.
    pub(crate) outcomes: Vec<Outcome>,
    /// What each device may forget, where it was asked for.
    pub(crate) receipts: Vec<IngestReceipt>,
}

/// Stores messages and returns what became of them. When this returns `Ok`, all of it is committed.
///
/// `bound` is the fleet that the sender is bound to; another fleet's topic is refused.
pub(crate) async fn store(
    state: &AppState,
    bound: Option<&(i64, FleetName)>,
    mut messages: Vec<Message<'_>>,
    on_refusal: OnRefusal,
    with_receipts: bool,
) -> Result<Stored, ApiError> {
    let triage = Triage::of(&mut messages, bound.map(|(_, name)| name));
    let messages = &messages;
    let mut attempt = 1;
    loop {
        let plan = Plan::make(state, messages, &triage, bound).await?;
        state.partitions.ensure(&plan.days()).await?;
        let run = transaction::run(&state.pool, messages, &triage.decoder, &plan, on_refusal, with_receipts);
        let failure = match run.await {
            Ok(committed) => {
                events::announce(state, messages, &triage.decoder, &plan, &committed);
                let receipts =
                    if with_receipts { receipts::make(&triage, &plan, &committed) } else { Vec::new() };
                let outcomes = committed.into_outcomes(messages.len(), plan);
                metrics::count_outcomes(&outcomes);
                return Ok(Stored { outcomes, receipts });
            }
            Err(failure) => failure,
        };
        let worth_repeating = match &failure {
            Failure::DevicesVanished(devices) => {
                state.directory.forget_ids(devices);
                true
            }
            Failure::PartitionMissing(_) => {
                state.partitions.forget();
                true
            }
            Failure::Database(error) => error
                .as_database_error()
                .and_then(DatabaseError::code)
                .is_some_and(|code| problem::is_transient(&code)),
        };
        if !worth_repeating || attempt == ATTEMPTS {
            return Err(failure.into());
        }
        tracing::debug!(attempt, reason = %failure, "The transaction of a batch is repeated.");
        tokio::time::sleep(BACKOFF * attempt).await;
        attempt += 1;
    }
}
