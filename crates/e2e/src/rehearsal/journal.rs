//! What was done, written down when it was done; the audit, which reads Git alone, has to say the same.

use anyhow::{Context as _, ensure};
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Changes of an environment, oldest first.
#[derive(Default)]
pub(super) struct Journal {
    changes: Vec<(DateTime<Utc>, Change)>,
}

/// A change, as the journal and the audit tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) commit: String,
    pub(super) kind: String,
    pub(super) service: Option<String>,
    #[serde(deserialize_with = "digest_of")]
    pub(super) before: Option<String>,
    #[serde(deserialize_with = "digest_of")]
    pub(super) after: Option<String>,
    pub(super) who: String,
    pub(super) approved_by: Vec<String>,
    pub(super) source_commit: Option<String>,
    pub(super) build: Option<String>,
    pub(super) why: Option<String>,
}

impl Journal {
    /// Writes down what has just happened.
    pub(super) fn write(&mut self, change: Change) {
        self.changes.push((Utc::now(), change));
    }

    /// Fails where an audit says anything else, or says it of another time.
    pub(super) fn compare(mut self, audit: &Value, began: DateTime<Utc>) -> anyhow::Result<usize> {
        let environment = audit["environment"].as_str().context("an audit of no environment")?;
        let told = audit["changes"].as_array().context("an audit without changes")?;
        let mut told: Vec<(DateTime<Utc>, Change)> = told
            .iter()
            .map(|change| {
                let at = change["at"].as_str().context("a change without a time")?.parse()?;
                Ok((at, serde_json::from_value(change.clone())?))
            })
            .collect::<anyhow::Result<_>>()?;
        // Newest first, and those of one commit in the order of their names.
        told.reverse();
        told.sort_by(|(_, one), (_, other)| (&one.commit, one).cmp(&(&other.commit, other)));
        self.changes.sort_by(|(_, one), (_, other)| (&one.commit, one).cmp(&(&other.commit, other)));
        for ((written, happened), (at, told)) in self.changes.iter().zip(&told) {
            ensure!(
                happened == told,
                "in {environment} happened {happened:#?}, and the audit says {told:#?}"
            );
            // Git's times are whole seconds.
            ensure!(
                (began.trunc_subsecs(0)..=*written).contains(at),
                "{} was in {environment} by {written}, and the audit says at {at}",
                told.commit
            );
        }
        let (happened, told) = (self.changes.len(), told.len());
        ensure!(happened == told, "{happened} changes happened in {environment}, and the audit tells {told}");
        Ok(told)
    }
}

fn digest_of<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let image = Option::<Value>::deserialize(deserializer)?;
    Ok(image.and_then(|image| image["digest"].as_str().map(str::to_owned)))
}
