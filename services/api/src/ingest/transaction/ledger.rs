//! Splits telemetry into fresh and seen by the streams' ledgers.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    mem,
};

use argosy_wire::{
    DeadLetterReason,
    telemetry::{Sequence, decode::Rejected},
};
use sqlx::PgConnection;

use crate::{
    db::batch::streams,
    ingest::plan::{Plan, Refusal},
};

pub use crate::db::batch::streams::StreamPosition;

/// How large a stream's ledger may grow, in bytes as stored: some ten thousand separate gaps. A device that leaves more
/// within one boot is broken or hostile, and every message of it would cost rewriting them all.
const MAX_LEDGER_BYTES: i32 = 256 * 1024;

/// Numbers that a device skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// An index into [`Plan::devices`].
    pub(crate) device: usize,
    /// The boot.
    pub(crate) boot: i64,
    /// The first number missing.
    pub(crate) first: i64,
    /// The last number missing.
    pub(crate) last: i64,
}

/// Telemetry, split: indices into the plan's.
#[derive(Debug, Default)]
pub struct Split {
    /// To be stored.
    pub fresh: Vec<usize>,
    /// Stored already.
    pub(super) duplicates: Vec<usize>,
    /// Not to be stored.
    pub(super) refused: Vec<Refusal>,
    /// Numbers that these messages left out; they may still come.
    pub(super) gaps: Vec<Gap>,
    /// How far the streams were before.
    pub(super) positions: Positions,
    /// Only the ledgers know of these: indices and numbers.
    suspects: Vec<(usize, Number)>,
}

/// Splits the telemetry of a batch. The devices are locked, so the answer holds until the transaction ends.
pub(super) async fn split(connection: &mut PgConnection, plan: &Plan) -> Result<Split, sqlx::Error> {
    let mut split = Split::begin(plan, positions(connection, plan).await?);
    let mut seen = Vec::new();
    if !split.suspects.is_empty() {
        let numbers: Vec<_> = split.suspects.iter().map(|(_, number)| *number).collect();
        seen = streams::find_seen(connection, &numbers).await?;
    }
    split.finish(plan, seen);
    Ok(split)
}

/// A message's number: device, boot and sequence number.
pub type Number = (i64, i64, i64);

/// By device and boot.
pub(super) type Positions = HashMap<(i64, i64), StreamPosition>;

/// The streams that a batch has messages of: device and boot.
pub(super) fn streams(plan: &Plan) -> Vec<(i64, i64)> {
    let mut keys: Vec<(i64, i64)> = plan
        .telemetry
        .iter()
        .filter_map(|telemetry| Some((plan.devices[telemetry.device].id, telemetry.sequence?.boot)))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

async fn positions(connection: &mut PgConnection, plan: &Plan) -> Result<Vec<StreamPosition>, sqlx::Error> {
    let keys = streams(plan);
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    streams::find_positions(connection, &keys).await
}

impl Split {
    /// Splits by what is known of the streams. Only what lies below a stream's highest number can have been seen: most batches
    /// need no look into the ledgers.
    pub fn begin(plan: &Plan, positions: Vec<StreamPosition>) -> Self {
        let positions: Positions =
            positions.into_iter().map(|position| ((position.device_id, position.boot), position)).collect();
        let mut split = Self::default();
        let mut numbered = Vec::with_capacity(plan.telemetry.len());
        for (index, telemetry) in plan.telemetry.iter().enumerate() {
            match telemetry.sequence {
                Some(sequence) => numbered.push((telemetry.device, sequence, index)),
                None => split.fresh.push(index),
            }
        }
        // Sorted, a stream's numbers lie together, and equal ones side by side.
        numbered.sort_unstable();
        for stream in numbered.chunk_by(|one, next| (one.0, one.1.boot) == (next.0, next.1.boot)) {
            let (device, Sequence { boot, .. }, _) = stream[0];
            let device_id = plan.devices[device].id;
            let highest = positions.get(&(device_id, boot)).map_or(0, |position| position.highest);
            let mut last = 0;
            for &(_, Sequence { seq, .. }, index) in stream {
                if seq == last {
                    split.duplicates.push(index);
                } else if seq <= highest {
                    split.suspects.push((index, (device_id, boot, seq)));
                } else {
                    split.fresh.push(index);
                }
                last = seq;
            }
        }
        split.fresh.sort_unstable();
        split.positions = positions;
        split
    }

    /// Splits the suspects, of which these are in the ledgers.
    pub fn finish(&mut self, plan: &Plan, seen: Vec<Number>) {
        let suspects = mem::take(&mut self.suspects);
        if !suspects.is_empty() {
            let seen: HashSet<Number> = seen.into_iter().collect();
            for (index, number) in suspects {
                if seen.contains(&number) { &mut self.duplicates } else { &mut self.fresh }.push(index);
            }
            self.fresh.sort_unstable();
        }
        self.refuse_fragmented(plan);
        self.find_gaps(plan);
    }

    fn refuse_fragmented(&mut self, plan: &Plan) {
        let Self { fresh, refused, positions, .. } = self;
        if positions.values().all(|position| position.ledger_bytes <= MAX_LEDGER_BYTES) {
            return;
        }
        let is_full = |telemetry: &crate::ingest::plan::PlannedTelemetry| {
            let key = telemetry.sequence.map(|sequence| (plan.devices[telemetry.device].id, sequence.boot));
            key.and_then(|key| positions.get(&key))
                .is_some_and(|position| position.ledger_bytes > MAX_LEDGER_BYTES)
        };
        fresh.retain(|&index| {
            let telemetry = &plan.telemetry[index];
            if !is_full(telemetry) {
                return true;
            }
            refused.push(Refusal {
                message: telemetry.message,
                fleet_id: Some(plan.devices[telemetry.device].fleet_id),
                rejected: Rejected {
                    reason: DeadLetterReason::BadMessage,
                    detail:
                        "this boot has too many gaps to keep account of; the device has to start a new boot"
                            .into(),
                },
            });
            false
        });
    }

    fn find_gaps(&mut self, plan: &Plan) {
        let fresh = self.fresh.iter().map(|&index| &plan.telemetry[index]);
        let mut numbers: Vec<_> =
            fresh.filter_map(|telemetry| Some((telemetry.device, telemetry.sequence?))).collect();
        numbers.sort_unstable();
        for stream in numbers.chunk_by(|one, next| (one.0, one.1.boot) == (next.0, next.1.boot)) {
            let (device, Sequence { boot, .. }) = stream[0];
            let mut highest =
                self.positions.get(&(plan.devices[device].id, boot)).map_or(0, |position| position.highest);
            for &(_, Sequence { seq, .. }) in stream {
                if seq > highest + 1 {
                    self.gaps.push(Gap { device, boot, first: highest + 1, last: seq - 1 });
                }
                highest = highest.max(seq);
            }
        }
    }

    /// The numbers to enter into the ledgers, sorted.
    pub fn sequences(&self, plan: &Plan) -> Vec<Number> {
        let numbers = self.fresh.iter().filter_map(|&index| {
            let telemetry = &plan.telemetry[index];
            let sequence = telemetry.sequence?;
            Some((plan.devices[telemetry.device].id, sequence.boot, sequence.seq))
        });
        let mut numbers: Vec<Number> = numbers.collect();
        numbers.sort_unstable();
        numbers
    }

    /// How many duplicates came by device and boot.
    pub(super) fn repeated(&self, plan: &Plan) -> BTreeMap<(i64, i64), i64> {
        let mut counts = BTreeMap::new();
        for &index in &self.duplicates {
            let telemetry = &plan.telemetry[index];
            if let Some(sequence) = telemetry.sequence {
                *counts.entry((plan.devices[telemetry.device].id, sequence.boot)).or_default() += 1;
            }
        }
        counts
    }
}
