//! The receipt: which messages of a boot are committed, published to `v1/{fleet}/{device}/receipt`.
//!
//! ```json
//! {"boot": 1763672400, "through": 41, "stored": [[43, 57]]}
//! ```
//!
//! `QoS` 1 ends at the broker; a receipt begins at the database. What it says stays true for ever, so receipts may come twice,
//! late, in any order or not at all: a device that repeats what has no receipt is told again.

use serde::{Deserialize, Serialize};

/// The most runs of a kind in one receipt; what does not fit is told when it comes again.
pub const MAX_RUNS: usize = 32;

/// What is committed of the messages of one boot. Each number that this answers for may be forgotten by its device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The boot.
    pub boot: i64,
    /// Every number from 1 to this one is stored; 0 where the first is not.
    pub through: i64,
    /// Runs above `through` that are stored, first and last: those of the messages that came lately.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stored: Vec<[i64; 2]>,
    /// Runs that are kept as dead letters, since they could not be stored: those of the messages that came lately.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<[i64; 2]>,
}

impl Receipt {
    /// A receipt of these numbers, in any order.
    pub fn new(
        boot: i64,
        through: i64,
        stored: impl IntoIterator<Item = i64>,
        refused: impl IntoIterator<Item = i64>,
    ) -> Self {
        let runs = |numbers: &mut dyn Iterator<Item = i64>| numbers.map(|number| [number, number]).collect();
        let (stored, refused) = (runs(&mut stored.into_iter()), runs(&mut refused.into_iter()));
        let mut receipt = Self { boot, through, stored, refused };
        receipt.tidy();
        receipt
    }

    /// Adds what another receipt of the same boot says.
    pub fn merge(&mut self, other: Self) {
        self.through = self.through.max(other.through);
        self.stored.extend(other.stored);
        self.refused.extend(other.refused);
        self.tidy();
    }

    /// Whether a message of this number is committed.
    pub fn answers(&self, seq: i64) -> bool {
        let has = |runs: &[[i64; 2]]| runs.iter().any(|[first, last]| (*first..=*last).contains(&seq));
        (1..=self.through).contains(&seq) || has(&self.stored) || has(&self.refused)
    }

    fn tidy(&mut self) {
        for runs in [&mut self.stored, &mut self.refused] {
            join(runs);
            runs.retain(|[_, last]| *last > self.through);
            runs.truncate(MAX_RUNS);
        }
    }
}

/// Sorts runs, and makes one of those that overlap or touch.
fn join(runs: &mut Vec<[i64; 2]>) {
    runs.sort_unstable();
    runs.dedup_by(|later, earlier| {
        let touches = later[0] <= earlier[1].saturating_add(1);
        if touches {
            earlier[1] = earlier[1].max(later[1]);
        }
        touches
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_receipt_is_short() {
        let plain = Receipt::new(7, 3, [2, 3, 1], []);
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#"{"boot":7,"through":3}"#);
        let full = Receipt::new(7, 3, [6, 5, 3, 9], [8]);
        let text = r#"{"boot":7,"through":3,"stored":[[5,6],[9,9]],"refused":[[8,8]]}"#;
        assert_eq!(serde_json::to_string(&full).unwrap(), text);
        assert_eq!(serde_json::from_str::<Receipt>(text).unwrap(), full);
        assert_eq!(Receipt::new(7, 0, (1..1000).map(|number| number * 2), []).stored.len(), MAX_RUNS);
    }

    proptest! {
        /// However receipts are merged, they answer for what any of them answered for, and for nothing else.
        #[test]
        fn merging_forgets_and_invents_nothing(
            parts in prop::collection::vec((0_i64..10, prop::collection::vec(1_i64..40, 0..8), prop::collection::vec(1_i64..40, 0..4)), 1..5),
        ) {
            let mut answered = BTreeSet::new();
            let mut merged: Option<Receipt> = None;
            for (through, stored, refused) in parts {
                answered.extend((1..=through).chain(stored.iter().copied()).chain(refused.iter().copied()));
                let part = Receipt::new(1, through, stored, refused);
                match &mut merged {
                    Some(merged) => merged.merge(part),
                    None => merged = Some(part),
                }
            }
            let merged = merged.unwrap();
            let says: BTreeSet<i64> = (-1..50).filter(|seq| merged.answers(*seq)).collect();
            prop_assert_eq!(says, answered);
        }
    }
}
