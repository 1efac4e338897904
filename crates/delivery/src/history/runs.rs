//! From when to when a service ran an image.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{History, ImageChange};
use crate::{CommitId, EnvironmentName, ServiceName, overlay::Image};

/// A time in which a service had one image in an environment.
#[derive(Debug, Clone)]
pub(crate) struct Run<'h> {
    pub(crate) environment: &'h EnvironmentName,
    pub(crate) service: &'h ServiceName,
    pub(crate) image: &'h Image,
    pub(crate) source_commit: Option<&'h CommitId>,
    /// The change that began it.
    pub(crate) change: &'h ImageChange,
    /// The commit that began it, as its place in the history.
    pub(crate) began: usize,
    pub(crate) since: DateTime<Utc>,
    /// None while it lasts.
    pub(crate) until: Option<DateTime<Utc>>,
    /// The commit that ended it.
    pub(crate) ended: Option<usize>,
}

impl History {
    /// Every run, by environment and service, in the order in which they began.
    pub(crate) fn all_runs(&self) -> BTreeMap<(&EnvironmentName, &ServiceName), Vec<Run<'_>>> {
        let mut runs: BTreeMap<(&EnvironmentName, &ServiceName), Vec<Run<'_>>> = BTreeMap::new();
        for (began, commit) in self.commits.iter().enumerate() {
            for change in &commit.images {
                let of_service = runs.entry((&change.environment, &change.service)).or_default();
                if let Some(last) = of_service.last_mut().filter(|last| last.until.is_none()) {
                    last.until = Some(commit.at);
                    last.ended = Some(began);
                }
                let Some(image) = &change.after else { continue };
                of_service.push(Run {
                    environment: &change.environment,
                    service: &change.service,
                    image,
                    source_commit: change.source_commit.as_ref(),
                    change,
                    began,
                    since: commit.at,
                    until: None,
                    ended: None,
                });
            }
        }
        runs
    }

    /// The runs of a service in an environment.
    pub(crate) fn runs(&self, environment: &EnvironmentName, service: &ServiceName) -> Vec<Run<'_>> {
        self.all_runs().remove(&(environment, service)).unwrap_or_default()
    }
}
