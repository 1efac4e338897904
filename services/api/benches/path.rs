//! What of the path of a reading is this crate's: what it does for a batch before and after the database. Both harnesses measure
//! these functions, so that they cannot drift apart.
//!
//! Each returns a number that depends on all of its work, and frees what it made.

use std::sync::Arc;

use argosy_api::{
    ingest::{
        Message,
        directory::{DeviceFacts, Found},
        events, lines,
        plan::Plan,
        receipts,
        transaction::{
            Committed, latest,
            ledger::{Split, StreamPosition},
            points,
        },
        triage::Triage,
    },
    readings::fold::{Folds, add_values},
};
use chrono::DateTime;
use messages::{BOOT, DEVICES, MESSAGES, START};

// The same messages as in the crate that writes and decodes them.
#[path = "../../../crates/wire/benches/messages.rs"]
mod messages;

/// A batch as it arrives.
pub(crate) fn body() -> &'static [u8] {
    messages::batch(&messages::published()).leak()
}

/// A batch on its way, as far as the ledger knows it.
#[derive(Debug)]
pub(crate) struct Batch {
    messages: Vec<Message<'static>>,
    found: Vec<Found>,
    triage: Triage,
    plan: Plan,
    split: Split,
}

impl Batch {
    /// Of devices that are known and have sent before.
    pub(crate) fn new() -> &'static Self {
        let mut messages = parse(body());
        let triage = Triage::of(&mut messages, None);
        let facts = |id| DeviceFacts { id, fleet_id: 1, enabled: true, retention_days: 3_650 };
        let found: Vec<Found> = (1..).take(DEVICES).map(|id| Found::Device(Arc::new(facts(id)))).collect();
        let plan = Plan::of(&messages, &triage, &found, Vec::new());
        let split = Split::begin(&plan, Vec::new());
        Box::leak(Box::new(Self { messages, found, triage, plan, split }))
    }
}

fn parse(body: &[u8]) -> Vec<Message<'_>> {
    let later = DateTime::from_timestamp_millis(START + 60_000).unwrap_or_default();
    lines::parse(body, later).expect("the batch is a good one")
}

/// Reads a batch's lines, decodes their payloads and finds out which device each is of.
pub(crate) fn read(body: &[u8]) -> usize {
    let mut messages = parse(body);
    std::hint::black_box(&Triage::of(&mut messages, None));
    messages.len()
}

/// Names the devices and checks the times.
pub(crate) fn plan(batch: &Batch) -> usize {
    let plan = Plan::of(&batch.messages, &batch.triage, &batch.found, Vec::new());
    // All that there is, so that nothing can be left out.
    std::hint::black_box(&plan);
    MESSAGES
}

/// Splits messages into fresh and seen, and says what to enter into the ledgers.
pub(crate) fn ledger(batch: &Batch) -> usize {
    let position =
        |device_id| StreamPosition { device_id, boot: BOOT, received_count: 0, highest: 0, ledger_bytes: 64 };
    let mut split = Split::begin(&batch.plan, (1..).take(DEVICES).map(position).collect());
    split.finish(&batch.plan, Vec::new());
    split.sequences(&batch.plan).len()
}

/// Sorts the points into columns.
pub(crate) fn points(batch: &Batch) -> usize {
    let Batch { messages, triage, plan, split, .. } = batch;
    std::hint::black_box(&points::sort(messages, &triage.decoder, plan, &split.fresh));
    MESSAGES
}

/// Finds each device's newest values.
pub(crate) fn newest(batch: &Batch) -> usize {
    let Batch { messages, triage, plan, split, .. } = batch;
    latest::newest(messages, &triage.decoder, plan, &split.fresh).len()
}

/// What comes after the commit: the live tail's events and the devices' receipts.
pub(crate) fn answer(batch: &Batch) -> usize {
    let Batch { messages, triage, plan, .. } = batch;
    let mut split = Split::begin(plan, Vec::new());
    split.finish(plan, Vec::new());
    let through = (1..).take(DEVICES).map(|device| (device, BOOT, 20)).collect();
    let committed = Committed::of(split, Vec::new(), through);
    std::hint::black_box(&events::collect(messages, &triage.decoder, plan, &committed, |_| true));
    receipts::make(triage, plan, &committed).len()
}

/// The values of a minute's rows, as the database has them.
pub(crate) fn rows() -> &'static [String] {
    let rows = Triage::of(&mut parse(body()), None).decoder;
    let values = rows.points().iter().map(|point| rows.text()[point.values.clone()].to_owned());
    values.collect::<Vec<_>>().leak()
}

/// Folds a minute's rows, for its rollup or for a query's bucket.
pub(crate) fn fold(rows: &[String]) -> usize {
    let mut folds = Folds::new();
    for (millis, row) in (START..).zip(rows) {
        add_values(&mut folds, millis, row, &[]).expect("the database has valid JSON");
    }
    folds.len()
}
