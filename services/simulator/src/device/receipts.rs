//! What a device does with receipts: it keeps what was acknowledged until one answers for it, and repeats what none answers for.

use std::{sync::atomic::Ordering, time::Duration};

use argosy_wire::receipt::Receipt;
use tokio::time::Instant;

use super::{Device, Ending, Stored, store::Kind, under_way::UnderWay};

/// At its end a device does not wait for long before it repeats.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(3);
/// How often a device looks for what has no receipt.
const LOOK: Duration = Duration::from_secs(1);

impl Device {
    /// The broker acknowledged a message. Where receipts count it is kept until one comes.
    pub(super) fn acknowledged(&mut self, mut message: Stored, sent: Instant) {
        let statistics = &self.shared.statistics;
        if matches!(message.kind, Kind::Measurement(_)) && !message.is_acknowledged {
            message.is_acknowledged = true;
            statistics.acknowledged.fetch_add(1, Ordering::Relaxed);
            statistics.record_acknowledgement(sent.elapsed(), message.due.elapsed());
        }
        match message.kind {
            Kind::Measurement(_) if self.shared.until_receipt.is_some() => {
                if message.is_receipted {
                    self.receipted(&message);
                } else {
                    self.store.keep(message);
                }
            }
            Kind::Measurement(seq) | Kind::Copy(seq) if self.shared.until_receipt.is_none() => {
                self.ledger.record(seq);
            }
            // It never has a receipt.
            Kind::Poison(number) if self.shared.until_receipt.is_none() => self.ledger.record_poison(number),
            _ => {}
        }
    }

    /// A receipt came.
    pub(super) fn take_receipt(&mut self, payload: &[u8], under_way: &mut UnderWay) {
        match serde_json::from_slice::<Receipt>(payload) {
            Ok(receipt) if receipt.boot == self.boot => {
                under_way.apply(&receipt);
                for message in self.store.take_receipted(&receipt) {
                    self.receipted(&message);
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(device = %self.name, %error, "A receipt cannot be read."),
        }
    }

    /// A connection ended: what was under way and has a receipt is done, and the rest is sent again.
    pub(super) fn put_back(&mut self, under_way: UnderWay) {
        let (done, rest): (Vec<_>, Vec<_>) =
            under_way.into_messages().partition(|message| message.is_receipted);
        for message in &done {
            self.receipted(message);
        }
        self.store.put_back(rest.into_iter());
    }

    /// When to look for what has no receipt, if ever.
    pub(super) fn looks_at(&self, looked: Instant) -> Option<Instant> {
        (self.shared.until_receipt.is_some() && self.store.keeps()).then(|| looked + LOOK)
    }

    /// Repeats what was acknowledged long ago and has no receipt.
    pub(super) fn repeat_overdue(&mut self, ending: &Ending) {
        let Some(patience) = self.shared.until_receipt else { return };
        let patience = if ending.has_begun() { patience.min(PATIENCE_AT_THE_END) } else { patience };
        self.repeat(patience);
    }

    /// Repeats what was acknowledged so long ago and has no receipt.
    pub(super) fn repeat(&mut self, patience: Duration) {
        let repeated = self.store.repeat(Instant::now(), patience);
        self.shared.statistics.repeated.fetch_add(repeated, Ordering::Relaxed);
    }

    fn receipted(&self, message: &Stored) {
        let Kind::Measurement(seq) = message.kind else { return };
        self.shared.statistics.record_receipt(message.due.elapsed());
        self.ledger.record(seq);
    }
}
