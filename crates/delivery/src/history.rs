//! What ran where and since when, from Git alone: the commits of the branch that changed an overlay, and what each changed.
//!
//! A commit's difference is the truth about what ran; its trailers say by whom, from what and why, where they agree with it.
//! Time is when a commit came to the branch: its committer's. Order is that of the branch, by first parents, whatever clocks said.

mod change;
mod log;
mod mangled;
mod notes;
mod patch;
mod quick;
mod runs;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

pub use change::{Change, Kind};
pub(crate) use runs::Run;

use self::{log::Logged, notes::Notes};
use crate::{
    CommitId, Config, Delivery, EnvironmentName, Error, ServiceName, overlay::Image, trailers::Trailers,
};

/// Of which environments.
#[derive(Debug, Clone)]
pub(crate) struct Scope(Option<EnvironmentName>);

impl Scope {
    /// Of all.
    pub(crate) fn all() -> Self {
        Self(None)
    }

    /// Of one.
    pub(crate) fn environment(name: &EnvironmentName) -> Self {
        Self(Some(name.clone()))
    }
}

/// What happened, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct History {
    commits: Vec<Recorded>,
}

/// A commit that changed an overlay.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) id: CommitId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) author: String,
    pub(crate) is_merge: bool,
    pub(crate) subject: String,
    pub(crate) trailers: Trailers,
    pub(crate) images: Vec<ImageChange>,
    /// The files that changed, by environment.
    pub(crate) files: BTreeMap<EnvironmentName, Vec<String>>,
}

/// A service's image that a commit changed.
#[derive(Debug, Clone)]
pub(crate) struct ImageChange {
    pub(crate) environment: EnvironmentName,
    pub(crate) service: ServiceName,
    pub(crate) before: Option<Image>,
    pub(crate) after: Option<Image>,
    pub(crate) source_commit: Option<CommitId>,
    /// What the commit says, where that agrees with what it changes.
    pub(crate) note: Option<notes::Note>,
}

impl Delivery {
    /// Reads the history that a commit has.
    pub(crate) async fn history(&self, head: &CommitId, scope: &Scope) -> Result<History, Error> {
        self.repository.expect_whole_history().await?;
        let (repository, config) = (&self.repository, &self.config);
        let notes = || Notes::read(repository, head, &config.overlays);
        let Some(environment) = &scope.0 else {
            let mut history =
                History { commits: history(quick::read(repository, config, head).await?, config) };
            // What the branch itself says is known; its merges' commits say more.
            let is_silent = |change: &ImageChange| change.after.is_some() && change.note.is_none();
            if history.commits.iter().any(|commit| commit.is_merge && commit.images.iter().any(is_silent)) {
                history.complete(&notes().await?);
            }
            self.mend(&mut history, head).await?;
            return Ok(history);
        };
        // Nearly always an environment has a digest that another is the one to explain, so both are read at once.
        let folder = config.overlay(environment);
        let (logged, notes) = tokio::try_join!(log::read(repository, config, head, &folder), notes())?;
        let mut history = History { commits: history(logged, config) };
        history.complete(&notes);
        self.mend(&mut history, head).await?;
        Ok(history)
    }
}

impl History {
    /// The commits, oldest first.
    pub(crate) fn commits(&self) -> &[Recorded] {
        &self.commits
    }

    /// Where a commit stands among them.
    pub(crate) fn position(&self, commit: &CommitId) -> Option<usize> {
        self.commits.iter().position(|recorded| &recorded.id == commit)
    }

    /// Takes from the trailers of other commits what a commit does not say itself.
    fn complete(&mut self, notes: &Notes) {
        let ids: Vec<CommitId> = self.commits.iter().map(|commit| commit.id.clone()).collect();
        let branch: HashSet<&str> = ids.iter().map(CommitId::as_str).collect();
        for commit in &mut self.commits {
            let (is_merge, at) = (commit.is_merge, commit.at);
            for change in &mut commit.images {
                let Some(digest) = change.after.as_ref().and_then(|image| image.digest.as_ref()) else {
                    continue;
                };
                if is_merge && change.note.is_none() {
                    change.note =
                        notes.of(&change.environment, &change.service, digest, at, &branch).cloned();
                }
                if change.source_commit.is_none() {
                    change.source_commit = notes.source(&change.service, digest).cloned();
                }
            }
        }
    }
}

/// What each commit changed, as compared to what was there before it.
fn history(logged: Vec<Logged>, config: &Config) -> Vec<Recorded> {
    let services = config.services_by_image();
    let mut present: HashMap<(EnvironmentName, ServiceName), Image> = HashMap::new();
    let mut sources: HashMap<(ServiceName, String), CommitId> = HashMap::new();
    let mut commits = Vec::with_capacity(logged.len());
    for Logged { id, at, author, is_merge, subject, trailers, images: changed, files } in logged {
        let mut images = Vec::new();
        for ((environment, name), after) in changed {
            let Some(service) = services.get(&name) else { continue };
            let place = (environment.clone(), service.clone());
            let before = match &after {
                Some(image) => present.insert(place, image.clone()),
                None => present.remove(&place),
            };
            if before == after {
                continue;
            }
            let digest = after.as_ref().and_then(|image| image.digest.as_ref());
            let note = digest.and_then(|digest| notes::Note::of(&trailers, &environment, service, digest));
            let source_commit = note.as_ref().and_then(|note| note.source_commit.clone());
            if let (Some(digest), Some(source)) = (digest, &source_commit) {
                sources.insert((service.clone(), digest.as_str().to_owned()), source.clone());
            }
            images.push(ImageChange {
                environment,
                service: service.clone(),
                before,
                after,
                source_commit,
                note,
            });
        }
        commits.push(Recorded { id, at, author, is_merge, subject, trailers, images, files });
    }
    // An environment may have had a digest before another says what it was built from.
    for change in commits.iter_mut().flat_map(|commit| &mut commit.images) {
        let digest = change.after.as_ref().and_then(|image| image.digest.as_ref());
        if let (None, Some(digest)) = (&change.source_commit, digest) {
            let image = (change.service.clone(), digest.as_str().to_owned());
            change.source_commit = sources.get(&image).cloned();
        }
    }
    commits
}
