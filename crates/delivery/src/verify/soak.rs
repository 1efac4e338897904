//! The gate `soak`: how long a digest has run in the environment that it comes from.

use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::{Candidate, Outcome, Verdict};
use crate::{
    EnvironmentName,
    history::{History, Run},
    trailers::action,
};

/// Adds up the time since the digest was last taken back, if ever.
pub(super) fn judge(
    history: &History,
    from: &EnvironmentName,
    candidate: &Candidate,
    wanted: Duration,
    now: DateTime<Utc>,
) -> Verdict {
    let runs = history.runs(from, &candidate.service);
    let mut total = TimeDelta::zero();
    let mut since = None;
    let mut taken_back = None;
    for (place, run) in runs.iter().enumerate() {
        if run.image.digest.as_ref() != Some(&candidate.digest) {
            continue;
        }
        if is_taken_back(&runs, place) {
            (total, since, taken_back) = (TimeDelta::zero(), None, run.until);
            continue;
        }
        taken_back = None;
        since.get_or_insert(run.since);
        total += (run.until.unwrap_or(now).min(now) - run.since).max(TimeDelta::zero());
    }
    if let Some(at) = taken_back {
        return (
            Outcome::Fail,
            format!("it was taken back in {from} at {}", at.trunc_subsecs(0).to_rfc3339()),
        );
    }
    let Some(since) = since else {
        return (Outcome::Fail, format!("it never ran in {from}"));
    };
    let total = total.to_std().unwrap_or_default();
    let ran = format!(
        "it ran {} in {from} since {}, of {}",
        words(total),
        since.format("%Y-%m-%d %H:%M UTC"),
        words(wanted)
    );
    (if total >= wanted { Outcome::Pass } else { Outcome::Fail }, ran)
}

/// Whether a run ended by going back to what had run before it.
fn is_taken_back(runs: &[Run<'_>], place: usize) -> bool {
    let Some(next) = runs.get(place + 1) else { return false };
    let note = next.change.note.as_ref();
    note.is_some_and(|note| note.action.as_deref() == Some(action::ROLLBACK))
        || runs[..place].iter().any(|earlier| earlier.image.digest == next.image.digest)
}

/// To the minute.
fn words(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    humantime::format_duration(Duration::from_mins(minutes)).to_string()
}
