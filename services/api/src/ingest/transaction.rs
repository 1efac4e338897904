//! The one transaction of a batch.

pub mod latest;
pub mod ledger;
pub mod points;
mod through;

use std::collections::BTreeMap;

use argosy_wire::telemetry::decode::Decoder;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, error::DatabaseError};

use crate::{
    db::batch::{
        dead_letters::{self, DeadLetterRow},
        devices, latest as latest_values, presence as presence_tables, readings, rollups, streams,
    },
    ingest::{
        Message, OnRefusal, Outcome, dead_letter,
        plan::{Plan, Refusal},
        presence,
    },
    problem::ApiError,
};
pub(super) use ledger::Gap;

/// What a transaction did.
#[derive(Debug)]
pub struct Committed {
    /// Messages stored: indices into [`Plan::telemetry`].
    pub(super) fresh: Vec<usize>,
    /// Messages that were stored already: indices into [`Plan::telemetry`].
    pub(super) duplicates: Vec<usize>,
    /// Messages refused within the transaction.
    pub(super) refused: Vec<Refusal>,
    /// Numbers that were skipped.
    pub(super) gaps: Vec<Gap>,
    /// Who came and went: index into [`Plan::devices`], when, online.
    pub(super) presence: Vec<(usize, DateTime<Utc>, bool)>,
    /// Where it was asked for, how far each stream is stored without a gap: device, boot, number.
    pub(super) through: Vec<(i64, i64, i64)>,
}

impl Committed {
    /// What a transaction did that stored what was split, and besides noticed who came and went, and how far the streams are.
    pub fn of(
        split: ledger::Split,
        presence: Vec<(usize, DateTime<Utc>, bool)>,
        through: Vec<(i64, i64, i64)>,
    ) -> Self {
        let ledger::Split { fresh, duplicates, refused, gaps, .. } = split;
        Self { fresh, duplicates, refused, gaps, presence, through }
    }

    /// What became of each of `count` messages.
    pub(super) fn into_outcomes(self, count: usize, plan: Plan) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::Stored; count];
        for index in self.duplicates {
            outcomes[plan.telemetry[index].message] = Outcome::Duplicate;
        }
        for refusal in plan.refused.into_iter().chain(self.refused) {
            outcomes[refusal.message] = Outcome::Refused(refusal.rejected);
        }
        outcomes
    }
}

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Devices were deleted since the directory saw them.
    #[error("devices were deleted in the meantime")]
    DevicesVanished(Vec<i64>),
    /// A partition was dropped, or never made.
    #[error("a partition is missing")]
    PartitionMissing(#[source] sqlx::Error),
    /// The database refused or could not be reached.
    #[error(transparent)]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        // 23514 is check_violation: "no partition of relation found for row".
        match error.as_database_error().and_then(DatabaseError::code) {
            Some(code) if code == "23514" => Self::PartitionMissing(error),
            _ => Self::Database(error),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::DevicesVanished(devices) => Self::internal(anyhow::anyhow!(
                "devices {devices:?} are known to the directory and have no row"
            )),
            Failure::PartitionMissing(error) | Failure::Database(error) => error.into(),
        }
    }
}

/// Stores the batch or nothing.
pub(super) async fn run(
    pool: &PgPool,
    messages: &[Message<'_>],
    decoder: &Decoder,
    plan: &Plan,
    on_refusal: OnRefusal,
    with_receipts: bool,
) -> Result<Committed, Failure> {
    let mut transaction = pool.begin().await?;
    let connection = &mut *transaction;

    let ids: Vec<i64> = plan.devices.iter().map(|device| device.id).collect();
    let locked = devices::lock(connection, &ids).await?;
    if locked.len() != ids.len() {
        let there: std::collections::HashSet<i64> = locked.iter().map(|row| row.id).collect();
        return Err(Failure::DevicesVanished(ids.into_iter().filter(|id| !there.contains(id)).collect()));
    }

    let split = ledger::split(connection, plan).await?;
    let points = points::sort(messages, decoder, plan, &split.fresh);
    if !points.minutes.is_empty() {
        readings::insert(connection, &points.columns).await?;
        rollups::mark_dirty(connection, &points.minutes).await?;
    }
    let sequences = split.sequences(plan);
    if !sequences.is_empty() {
        streams::add(connection, &sequences).await?;
    }
    let repeated = split.repeated(plan);
    if !repeated.is_empty() {
        streams::count_duplicates(connection, &repeated).await?;
    }
    let newest = latest::newest(messages, decoder, plan, &split.fresh);
    if !newest.is_empty() {
        latest_values::update(connection, &newest).await?;
    }
    let changes = presence::changes(messages, plan, &locked);
    if !changes.states.is_empty() {
        presence_tables::update(connection, &changes.states).await?;
    }
    if !changes.events.is_empty() {
        let events = changes.events.iter().map(|&(device, at, online)| (plan.devices[device].id, at, online));
        presence_tables::record(connection, &events.collect::<Vec<_>>()).await?;
    }
    if on_refusal == OnRefusal::Keep {
        keep_dead_letters(connection, messages, plan.refused.iter().chain(&split.refused)).await?;
    }
    let mut through = Vec::new();
    if with_receipts {
        through = through::find(connection, plan, &split, &sequences).await?;
    }
    transaction.commit().await?;
    Ok(Committed::of(split, changes.events, through))
}

/// Keeps what was refused; the same payload for the same reason once, counted.
async fn keep_dead_letters<'r>(
    connection: &mut PgConnection,
    messages: &[Message<'_>],
    refused: impl Iterator<Item = &'r Refusal>,
) -> Result<(), sqlx::Error> {
    let mut letters: BTreeMap<[u8; 32], DeadLetterRow<'_>> = BTreeMap::new();
    for refusal in refused {
        let letter = dead_letter::row(&messages[refusal.message], refusal);
        letters.entry(letter.digest).and_modify(|known| known.merge(&letter)).or_insert(letter);
    }
    if letters.is_empty() {
        return Ok(());
    }
    dead_letters::add(connection, &letters.into_values().collect::<Vec<_>>()).await
}
