//! What a run found: for programs as JSON, for people as a page.

mod page;

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::Context as _;
use serde::Serialize;

use crate::{reference::Outcome, roster::Memory, verdict::Verdict};

/// What was measured of one fault.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measured {
    /// The step.
    pub(crate) step: usize,
    /// The fault, by its name.
    pub(crate) fault: String,
    /// Which replica, where there are several.
    pub(crate) replica: usize,
    /// What went on at the same time.
    pub(crate) with: Option<String>,
    /// Seconds from the run's start to its beginning.
    pub(crate) at_seconds: f64,
    /// Seconds that it lasted.
    pub(crate) lasted_seconds: f64,
    /// The longest time without a commit, in seconds, from its beginning until all was made up for.
    pub(crate) longest_pause_seconds: f64,
    /// Seconds from its end until commits flowed at the fleet's rate again; nothing where they did not.
    pub(crate) recovery_seconds: Option<f64>,
    /// Seconds from its end until everything that was due was stored.
    pub(crate) caught_up_seconds: Option<f64>,
    /// What it did, where that is not plain.
    pub(crate) did: String,
}

/// A run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// The seed that gives the same plan again.
    pub(crate) seed: u64,
    /// Minutes of faults that were asked for.
    pub(crate) minutes: f64,
    /// Cores of the machine.
    pub(crate) cores: usize,
    /// Devices.
    pub(crate) devices: u32,
    /// Messages a second of all devices.
    pub(crate) messages_a_second: f64,
    /// Seconds from the first fault's rest to the last one's recovery.
    pub(crate) seconds: f64,
    /// Each fault, in the order of the run.
    pub(crate) faults: Vec<Measured>,
    /// Kinds that this machine does not allow, with the reason.
    pub(crate) skipped: BTreeMap<String, String>,
    /// What the database says.
    pub(crate) verdict: Verdict,
    /// Messages that are missing or doubled, by the fault that was the last to begin when they were due.
    pub(crate) lost: BTreeMap<String, i64>,
    /// The same of doubled ones.
    pub(crate) doubled: BTreeMap<String, i64>,
    /// Memory of each part in KiB.
    pub(crate) memory: BTreeMap<String, Memory>,
    /// What killing the broker cost, where it was measured.
    pub(crate) broker_kills: Vec<BrokerKill>,
    /// What became of the messages of the reference client.
    pub(crate) reference_client: Option<Outcome>,
    /// What went wrong besides.
    pub(crate) failures: Vec<String>,
}

/// What killing the broker with -9 cost.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BrokerKill {
    /// Whether devices kept messages until their receipt.
    pub(crate) until_receipt: bool,
    /// Messages that the broker had acknowledged; with receipts, those that have one.
    pub(crate) acknowledged: i64,
    /// Of them, lost.
    pub(crate) lost: i64,
    /// Rows beyond the first of their message.
    pub(crate) doubled: i64,
}

impl Report {
    /// Whether nothing was found.
    pub(crate) fn is_good(&self) -> bool {
        self.verdict.is_good() && self.failures.is_empty()
    }
}

/// Writes runs as JSON, and as a page that says how to have them again.
pub(crate) fn write(reports: &[Report], again: &str, json: &Path, page: Option<&Path>) -> anyhow::Result<()> {
    let write = |path: &Path, text: String| {
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    if let Some(folder) = json.parent() {
        std::fs::create_dir_all(folder)?;
    }
    write(json, serde_json::to_string_pretty(reports)? + "\n")?;
    page.map_or(Ok(()), |path| write(path, page::page(reports, again)))
}

/// Seconds with a digit.
pub(crate) fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10.0).round() / 10.0
}
