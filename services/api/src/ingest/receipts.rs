//! What each device of a batch may forget, from the batch itself and from how far its stream is stored.

use std::collections::{BTreeMap, HashMap};

use argosy_wire::{batch::IngestReceipt, receipt::Receipt, telemetry::Sequence};

use crate::ingest::{plan::Plan, transaction::Committed, triage::Triage};

/// The numbers of a stream that a batch brought.
#[derive(Debug, Default)]
struct Brought {
    through: i64,
    stored: Vec<i64>,
    refused: Vec<i64>,
}

/// By device and boot, what is committed now. Messages without a number have no receipt.
pub fn make(triage: &Triage, plan: &Plan, committed: &Committed) -> Vec<IngestReceipt> {
    let through: HashMap<(i64, i64), i64> =
        committed.through.iter().map(|&(device, boot, through)| ((device, boot), through)).collect();
    let stored = committed.fresh.iter().chain(&committed.duplicates).map(|&index| &plan.telemetry[index]);
    let mut numbers: Vec<(usize, Sequence)> =
        stored.filter_map(|telemetry| Some((telemetry.device, telemetry.sequence?))).collect();
    numbers.sort_unstable();
    let mut streams: BTreeMap<(&str, &str, i64), Brought> = BTreeMap::new();
    for stream in numbers.chunk_by(|one, next| (one.0, one.1.boot) == (next.0, next.1.boot)) {
        let (device, Sequence { boot, .. }) = stream[0];
        let device = &plan.devices[device];
        let through = through.get(&(device.id, boot)).copied().unwrap_or(0);
        let stored = stream.iter().map(|(_, sequence)| sequence.seq).filter(|seq| *seq > through).collect();
        let key = (device.key.fleet.as_str(), device.key.device.as_str(), boot);
        streams.insert(key, Brought { through, stored, refused: Vec::new() });
    }
    for refusal in plan.refused.iter().chain(&committed.refused) {
        // What was not even decoded has no number.
        let decoded = triage.telemetry.binary_search_by_key(&refusal.message, |telemetry| telemetry.message);
        let Some(telemetry) = decoded.ok().map(|index| &triage.telemetry[index]) else { continue };
        let Some(sequence) = telemetry.sequence else { continue };
        let device = &triage.devices[telemetry.device];
        let stream = (device.fleet.as_str(), device.device.as_str(), sequence.boot);
        streams.entry(stream).or_default().refused.push(sequence.seq);
    }
    let receipts = streams.into_iter().filter_map(|((fleet, device, boot), brought)| {
        let receipt = Receipt::new(boot, brought.through, brought.stored, brought.refused);
        Some(IngestReceipt { fleet: fleet.parse().ok()?, device: device.parse().ok()?, receipt })
    });
    receipts.collect()
}
