//! What of a device arrived, by boot.

use argosy_wire::api::delivery::{BootDelivery, DeliveryResponse};
use chrono::DateTime;

use crate::{
    format::{self, At},
    plot::Stretch,
};

/// Boots that are shown.
const BOOTS: usize = 8;
/// Gaps that are named.
const GAPS: usize = 6;

/// The part of the page about delivery.
pub(super) struct DeliveryView {
    /// In a sentence.
    pub(super) sentence: String,
    /// Whether anything is missing.
    pub(super) is_whole: bool,
    /// By boot, newest first.
    pub(super) boots: Vec<BootView>,
    /// Boots that are not shown.
    pub(super) more: usize,
}

/// One boot.
pub(super) struct BootView {
    /// As the device says it.
    pub(super) boot: i64,
    /// As a moment, where the device counts boots by the clock.
    pub(super) started: Option<At>,
    /// Messages stored.
    pub(super) received: String,
    /// The highest number.
    pub(super) highest: String,
    /// Numbers missing.
    pub(super) missing: i64,
    /// Messages that came again.
    pub(super) duplicates: String,
    /// The gaps on a line from 1 to the highest number.
    pub(super) strip: Vec<Stretch>,
    /// The gaps in words.
    pub(super) gaps: Vec<String>,
    /// Gaps that are not named.
    pub(super) more_gaps: usize,
}

impl DeliveryView {
    /// Puts delivery into words and strips.
    pub(super) fn new(delivery: &DeliveryResponse) -> Self {
        let messages: i64 = delivery.boots.iter().map(|boot| boot.received).sum();
        let stored = format::plural(messages, "message", "messages");
        let sentence = match (messages, delivery.missing) {
            (0, _) => "No numbered message has arrived yet.".into(),
            (_, 0) => format!("Every one of {stored} is stored, each once."),
            (_, missing) => {
                let are = if missing == 1 { "is" } else { "are" };
                format!(
                    "{} {are} missing; {stored} are stored, each once.",
                    format::plural(missing, "message", "messages")
                )
            }
        };
        Self {
            sentence,
            is_whole: delivery.missing == 0,
            boots: delivery.boots.iter().take(BOOTS).map(BootView::new).collect(),
            more: delivery.boots.len().saturating_sub(BOOTS),
        }
    }
}

impl BootView {
    fn new(boot: &BootDelivery) -> Self {
        let whole = boot.highest.max(1) as f64;
        let name = |first: i64, last: i64| {
            if first == last {
                format!("#{}", format::count(first))
            } else {
                format!(
                    "#{} to #{} ({})",
                    format::count(first),
                    format::count(last),
                    format::count(last - first + 1)
                )
            }
        };
        let strip = boot.gaps.iter().map(|gap| {
            let length = (gap.last - gap.first + 1) as f64 / whole * 1000.0;
            // A gap must be seen, however short it is.
            let length = length.max(3.0);
            let start = ((gap.first - 1) as f64 / whole * 1000.0).min(1000.0 - length);
            Stretch { start, length, kind: "gap", title: name(gap.first, gap.last) }
        });
        Self {
            boot: boot.boot,
            // Between 2001 and 2100.
            started: (978_307_200..4_102_444_800)
                .contains(&boot.boot)
                .then(|| DateTime::from_timestamp(boot.boot, 0).map(At))
                .flatten(),
            received: format::count(boot.received),
            highest: format::count(boot.highest),
            missing: boot.missing,
            duplicates: format::count(boot.duplicates),
            strip: strip.take(200).collect(),
            gaps: boot.gaps.iter().take(GAPS).map(|gap| name(gap.first, gap.last)).collect(),
            more_gaps: boot.gaps.len().saturating_sub(GAPS),
        }
    }
}
