//! `argosy audit`: every change of an environment, what it ran at a time, and how well delivery goes. From Git alone.

mod csv;
mod html;
mod measures;
mod notices;
mod timeline;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use measures::Measures;

use crate::{
    Change, CommitId, Delivery, EnvironmentName, Error, ServiceName,
    history::{History, Run, Scope},
    holds::{self, Hold, Holds},
    overlay::Image,
};

/// What to report.
#[derive(Debug, Clone)]
pub struct AuditRequest {
    /// The environment.
    pub environment: String,
    /// As it was at this time; left out, as it is.
    pub at: Option<DateTime<Utc>>,
    /// Only changes since then; left out, all.
    pub since: Option<DateTime<Utc>>,
    /// Ask the remote first, rather than believe what was fetched last.
    pub fetch: bool,
    /// A commit that the history must contain: the head of an earlier report.
    pub follows: Option<String>,
    /// When it is.
    pub now: DateTime<Utc>,
}

/// What happened in an environment.
#[derive(Debug, Clone, Serialize)]
pub struct Audit {
    /// The environment.
    pub environment: EnvironmentName,
    /// The branch's head that this is read from; an audit of a later day can ask whether it still follows this one.
    pub head: CommitId,
    /// The beginning of what is looked at.
    pub since: DateTime<Utc>,
    /// Its end.
    pub until: DateTime<Utc>,
    /// What ran at the end.
    pub running: Vec<Running>,
    /// Every change, newest first.
    pub changes: Vec<Change>,
    /// How well delivery goes.
    pub measures: Measures,
    /// What does not fit together.
    pub notices: Vec<String>,
    #[serde(skip)]
    pub(crate) tracks: Vec<timeline::Track>,
}

/// What a service runs.
#[derive(Debug, Clone, Serialize)]
pub struct Running {
    /// The service.
    pub service: ServiceName,
    /// Its image.
    pub image: Image,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The commit that the image was built from.
    pub source_commit: Option<CommitId>,
    /// The commit of the branch that brought it.
    pub by: CommitId,
    /// What holds it there.
    pub hold: Option<Hold>,
}

impl Delivery {
    /// Reports an environment's changes.
    pub async fn audit(&self, request: &AuditRequest) -> Result<Audit, Error> {
        let environment = self.environment(&request.environment)?.name.clone();
        let head = if request.fetch { self.fetched_head().await? } else { self.known_head().await? };
        if let Some(follows) = &request.follows {
            self.expect_follows(follows, &head).await?;
        }
        let history = self.history(&head, &Scope::environment(&environment)).await?;
        let until = request.at.unwrap_or(request.now);
        let runs: Vec<Vec<Run<'_>>> = history.all_runs().into_values().collect();
        let first = history
            .commits()
            .iter()
            .find(|commit| !commit.images.is_empty())
            .map_or(until, |commit| commit.at);
        let since = request.since.unwrap_or(first).min(until);
        let window = since..=until;
        let changes: Vec<Change> = history
            .commits()
            .iter()
            .rev()
            .filter(|commit| window.contains(&commit.at))
            .flat_map(|commit| Change::of(commit, &environment))
            .collect();
        let measures = Measures::of(&runs, &window, &self.commit_times(&runs).await?);
        let running = match history.commits().iter().rposition(|commit| commit.at <= until) {
            Some(place) => self.running(&history, &runs, &environment, place).await?,
            None => Vec::new(),
        };
        Ok(Audit {
            running,
            notices: self.notices(&history, &runs, &head).await?,
            tracks: timeline::tracks(&history, &runs, &window),
            environment,
            head,
            since,
            until,
            changes,
            measures,
        })
    }

    /// What ran in an environment after a commit, which is named by its place in the history.
    pub(crate) async fn running(
        &self,
        history: &History,
        runs: &[Vec<Run<'_>>],
        environment: &EnvironmentName,
        place: usize,
    ) -> Result<Vec<Running>, Error> {
        let path = format!("{}/{}", self.config.overlay(environment), holds::FILE);
        let holds = match self.repository.file(&history.commits()[place].id, &path).await? {
            Some(text) => Holds::parse(&path, &text)?,
            None => Holds::default(),
        };
        let present = runs.iter().flatten().filter(|run| {
            run.environment == environment
                && run.began <= place
                && run.ended.is_none_or(|ended| ended > place)
        });
        Ok(present
            .map(|run| Running {
                service: run.service.clone(),
                image: run.image.clone(),
                since: run.since,
                source_commit: run.source_commit.cloned(),
                by: history.commits()[run.began].id.clone(),
                hold: holds.of(run.service).cloned(),
            })
            .collect())
    }
}
