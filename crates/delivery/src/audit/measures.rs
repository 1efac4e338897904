//! The four measures of DORA (<https://dora.dev/guides/dora-metrics-four-keys/>), as far as Git knows them: a deployment is when the
//! commit that names an image comes to the branch; that pods run it a little later is the cluster's to say.

use std::{
    collections::{BTreeMap, HashMap},
    ops::RangeInclusive,
};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{CommitId, Delivery, Error, git::one_a_line, history::Run};

/// How well delivery goes, in a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// Length of the time, in days.
    pub days: f64,
    /// Images that services got, but for those that went back.
    pub deployments: usize,
    /// Deployment frequency: these by days.
    pub deployments_per_day: f64,
    /// Lead time for changes: median of the time from a source commit to its deployment, in seconds.
    pub lead_time_seconds: Option<i64>,
    /// Deployments that were taken back: the next image was one that had run before.
    pub failed: usize,
    /// Change failure rate: those by all deployments.
    pub change_failure_rate: Option<f64>,
    /// Failed deployment recovery time: median of the time from such a deployment to its rollback, in seconds.
    pub recovery_seconds: Option<i64>,
}

impl Measures {
    /// Computes them from the runs of each service.
    pub(super) fn of(
        runs: &[Vec<Run<'_>>],
        window: &RangeInclusive<DateTime<Utc>>,
        times: &HashMap<CommitId, DateTime<Utc>>,
    ) -> Self {
        let (mut deployments, mut failed) = (0, 0);
        let (mut leads, mut recoveries) = (Vec::new(), Vec::new());
        for runs in runs {
            let is_back = went_back(runs);
            for (index, run) in runs.iter().enumerate() {
                // What is there from the beginning was not deployed, and nothing was by going back.
                let is_deployment =
                    !is_back[index] && (run.change.before.is_some() || run.change.note.is_some());
                if !is_deployment || !window.contains(&run.since) {
                    continue;
                }
                deployments += 1;
                if let Some(time) = run.source_commit.and_then(|source| times.get(source)) {
                    leads.push((run.since - time).num_seconds().max(0));
                }
                if let Some(until) =
                    run.until.filter(|until| is_back.get(index + 1) == Some(&true) && window.contains(until))
                {
                    failed += 1;
                    recoveries.push((until - run.since).num_seconds().max(0));
                }
            }
        }
        let days = (*window.end() - *window.start()).as_seconds_f64() / 86_400.0;
        Self {
            days,
            deployments,
            // Less than a day is a day, or a single deployment an hour ago would make twenty-four a day.
            deployments_per_day: deployments as f64 / days.max(1.0),
            lead_time_seconds: median(leads),
            failed,
            change_failure_rate: (deployments > 0).then(|| failed as f64 / deployments as f64),
            recovery_seconds: median(recoveries),
        }
    }
}

impl Measures {
    /// The lead time, for people.
    pub fn lead_time(&self) -> String {
        self.lead_time_seconds.map_or_else(|| "unknown".into(), duration)
    }

    /// The change failure rate, for people.
    pub fn failure_rate(&self) -> String {
        self.change_failure_rate.map_or_else(|| "unknown".into(), |rate| format!("{:.0} %", rate * 100.0))
    }

    /// The recovery time, for people.
    pub fn recovery(&self) -> String {
        self.recovery_seconds.map_or_else(|| "none failed".into(), duration)
    }
}

/// Seconds as people say them: the two largest units.
fn duration(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// Which runs went back: to a digest that ran before, at which time begins anew. A digest that comes again after others is a way
/// back as well, whoever went it and how.
fn went_back(runs: &[Run<'_>]) -> Vec<bool> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut stack: Vec<&str> = Vec::new();
    runs.iter()
        .map(|run| {
            let Some(digest) = run.image.digest.as_ref().map(crate::Digest::as_str) else { return false };
            // Only where it is pulled from changed.
            if stack.last() == Some(&digest) {
                return false;
            }
            if let Some(&place) = places.get(digest) {
                for later in stack.drain(place + 1..) {
                    places.remove(later);
                }
                return true;
            }
            places.insert(digest, stack.len());
            stack.push(digest);
            false
        })
        .collect()
}

/// The middle one; of an even count the lower.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

impl Delivery {
    /// When the source commits of runs were made, as far as they are in this clone.
    pub(super) async fn commit_times(
        &self,
        runs: &[Vec<Run<'_>>],
    ) -> Result<HashMap<CommitId, DateTime<Utc>>, Error> {
        let sources = runs.iter().flatten().filter_map(|run| run.source_commit);
        let input = one_a_line(sources.map(CommitId::as_str));
        if input.is_empty() {
            return Ok(HashMap::new());
        }
        let arguments = [
            "log",
            "--no-walk=unsorted",
            "--no-show-signature",
            "--ignore-missing",
            "--stdin",
            "--format=%H %ct",
        ];
        let output = self.repository.read_with_input(arguments, input).await?;
        let text = String::from_utf8_lossy(&output);
        let times = text.lines().filter_map(|line| {
            let (id, seconds) = line.split_once(' ')?;
            Some((id.parse().ok()?, DateTime::from_timestamp(seconds.parse().ok()?, 0)?))
        });
        Ok(times.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_short() {
        let said: Vec<String> = [0, 59, 60, 3 * 3600 + 120, 90_000].map(duration).into();
        assert_eq!(said, ["0 s", "59 s", "1 min", "3 h 2 min", "1 d 1 h"]);
    }
}
