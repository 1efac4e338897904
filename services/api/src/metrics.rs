//! The names of the service's own metrics.

use std::time::Duration;

use crate::ingest::Outcome;

/// Messages by what became of them.
const INGEST_MESSAGES: &str = "argosy_api_ingest_messages_total";
/// Seconds from a whole batch in memory to its commit.
const INGEST_BATCH_SECONDS: &str = "argosy_api_ingest_batch_seconds";
/// Messages in a batch.
const INGEST_BATCH_MESSAGES: &str = "argosy_api_ingest_batch_messages";
/// 1 while Redis answers, 0 while it does not.
const REDIS_UP: &str = "argosy_api_redis_up";
/// Minutes rolled up.
const ROLLUPS: &str = "argosy_api_rollups_total";
/// Events of the live tail by where they went: to every replica (`shared`), or to the readers of this one (`local`).
const LIVE_EVENTS: &str = "argosy_api_live_events_total";
/// Events that the live tail left out because its queue was full.
const LIVE_LEFT_OUT: &str = "argosy_api_live_left_out_total";

/// Counts events that went to the live tail.
pub(crate) fn count_live_events(tail: &'static str, events: u64) {
    metrics::counter!(LIVE_EVENTS, "tail" => tail).increment(events);
}

/// Counts events that did not.
pub(crate) fn count_left_out(events: u64) {
    metrics::counter!(LIVE_LEFT_OUT).increment(events);
}

/// Says whether Redis answers.
pub(crate) fn set_redis_up(is_up: bool) {
    metrics::gauge!(REDIS_UP).set(f64::from(u8::from(is_up)));
}

/// Counts minutes that were rolled up.
pub(crate) fn count_rollups(minutes: usize) {
    metrics::counter!(ROLLUPS).increment(minutes as u64);
}

/// Counts a committed batch's messages.
pub(crate) fn count_outcomes(outcomes: &[Outcome]) {
    let (mut stored, mut duplicate, mut dead_lettered) = (0, 0, 0);
    for outcome in outcomes {
        match outcome {
            Outcome::Stored => stored += 1,
            Outcome::Duplicate => duplicate += 1,
            Outcome::Refused(_) => dead_lettered += 1,
        }
    }
    metrics::counter!(INGEST_MESSAGES, "result" => "stored").increment(stored);
    metrics::counter!(INGEST_MESSAGES, "result" => "duplicate").increment(duplicate);
    metrics::counter!(INGEST_MESSAGES, "result" => "dead_lettered").increment(dead_lettered);
}

/// Measures a committed batch.
pub(crate) fn measure_batch(messages: usize, took: Duration) {
    metrics::histogram!(INGEST_BATCH_MESSAGES).record(messages as f64);
    metrics::histogram!(INGEST_BATCH_SECONDS).record(took.as_secs_f64());
}
