//! `argosy where`: which environments run a commit, and which ran it, from when to when.
//!
//! A commit is in an image whose source commit it is an ancestor of, or is.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    CommitId, Delivery, EnvironmentName, Error, ServiceName, git::one_a_line, history::Scope, overlay::Image,
};

/// Where a commit is and was.
#[derive(Debug, Clone, Serialize)]
pub struct Whereabouts {
    /// The commit.
    pub commit: CommitId,
    /// The services that it is looked for in: those whose files it changed, or all where it changed none's.
    pub services: Vec<ServiceName>,
    /// When it came, and when it went, in the order of environments.
    pub stays: Vec<Stay>,
    /// The environments that never had it, of a service.
    pub never: Vec<(EnvironmentName, ServiceName)>,
    /// The head of the branch that this is read from.
    pub head: CommitId,
}

/// A time in which a service had a commit in it.
#[derive(Debug, Clone, Serialize)]
pub struct Stay {
    /// The environment.
    pub environment: EnvironmentName,
    /// The service.
    pub service: ServiceName,
    /// When it came.
    pub since: DateTime<Utc>,
    /// When it went; none while it is there.
    pub until: Option<DateTime<Utc>>,
    /// The image that it came with.
    pub image: Image,
    /// What that was built from.
    pub source_commit: CommitId,
    /// The commit of the branch that brought it.
    pub by: CommitId,
    /// The commit of the branch that took it away.
    pub ended_by: Option<CommitId>,
}

impl Delivery {
    /// Finds a commit in what ran and runs.
    pub async fn locate(&self, revision: &str, service: Option<&str>) -> Result<Whereabouts, Error> {
        let head = self.known_head().await?;
        let commit = match revision.parse() {
            Ok(whole) => whole,
            Err(_) => self.repository.resolve(revision).await?,
        };
        let services = match service {
            Some(name) => vec![self.service(name)?.clone()],
            None => self.services_of(&commit).await?,
        };
        let history = self.history(&head, &Scope::all()).await?;
        let runs = history.all_runs();
        let sources: BTreeSet<&CommitId> =
            runs.values().flatten().filter_map(|run| run.source_commit).collect();
        let with_it = self.with_commit(&commit, &sources).await?;
        let mut found = Whereabouts { commit, services, stays: Vec::new(), never: Vec::new(), head };
        for environment in &self.config.environments {
            for service in &found.services {
                let Some(runs) = runs.get(&(&environment.name, service)) else { continue };
                let count = found.stays.len();
                let mut is_in = false;
                for run in runs {
                    let has_it = run.source_commit.is_some_and(|source| with_it.contains(source));
                    let last = found.stays.last_mut();
                    match (is_in, has_it, last, run.source_commit) {
                        // It goes on in the next image.
                        (true, true, Some(stay), _) => (stay.until, stay.ended_by) = (run.until, None),
                        (_, true, _, Some(source)) => found.stays.push(Stay {
                            environment: environment.name.clone(),
                            service: service.clone(),
                            since: run.since,
                            until: run.until,
                            image: run.image.clone(),
                            source_commit: source.clone(),
                            by: history.commits()[run.began].id.clone(),
                            ended_by: None,
                        }),
                        _ => {}
                    }
                    is_in = has_it;
                    if has_it && let Some(stay) = found.stays.last_mut() {
                        stay.ended_by = run.ended.map(|ended| history.commits()[ended].id.clone());
                    }
                }
                if found.stays.len() == count {
                    found.never.push((environment.name.clone(), service.clone()));
                }
            }
        }
        Ok(found)
    }

    /// The services whose image a commit can have changed.
    async fn services_of(&self, commit: &CommitId) -> Result<Vec<ServiceName>, Error> {
        let all = || self.config.services.iter().map(|service| service.name.clone()).collect();
        if self.repository.find(commit.as_str()).await?.is_none() {
            // Of another repository: only the source commits' ids can be compared.
            return Ok(all());
        }
        let arguments =
            ["log", "-1", "--first-parent", "-m", "--name-only", "--no-renames", "--format=", "-z"];
        let output = self.repository.read(arguments.into_iter().chain([commit.as_str()])).await?;
        let text = String::from_utf8_lossy(&output);
        let is_of = |paths: &[String]| {
            text.split_terminator('\0').any(|file| {
                let is_under = |path: &String| {
                    file.strip_prefix(path.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                paths.iter().any(is_under)
            })
        };
        let services = self.config.services.iter().filter(|service| is_of(&service.paths));
        let names: Vec<ServiceName> = services.map(|service| service.name.clone()).collect();
        Ok(if names.is_empty() { all() } else { names })
    }

    /// Those of these source commits that a commit is in.
    async fn with_commit<'s>(
        &self,
        commit: &CommitId,
        sources: &BTreeSet<&'s CommitId>,
    ) -> Result<BTreeSet<&'s CommitId>, Error> {
        let mut with_it: BTreeSet<&CommitId> =
            sources.iter().copied().filter(|source| *source == commit).collect();
        if self.repository.find(commit.as_str()).await?.is_none() {
            return Ok(with_it);
        }
        // A source that is not in this clone is not asked about: it may be of another repository.
        let input = one_a_line(sources.iter().map(|source| source.as_str()))
            + &format!(
                "^{commit}
"
            );
        let arguments = ["rev-list", "--ancestry-path", "--ignore-missing", "--stdin"];
        let output = self.repository.read_with_input(arguments, input).await?;
        let text = String::from_utf8_lossy(&output);
        let after: std::collections::HashSet<&str> = text.lines().collect();
        with_it.extend(sources.iter().copied().filter(|source| after.contains(source.as_str())));
        Ok(with_it)
    }
}
