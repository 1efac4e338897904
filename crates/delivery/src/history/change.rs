//! A change as reports tell it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{ImageChange, Recorded, notes};
use crate::{
    CommitId, EnvironmentName, ServiceName,
    overlay::Image,
    trailers::{action, key},
};

/// What somebody or something did to an environment.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// When it came to the branch.
    pub at: DateTime<Utc>,
    /// The commit.
    pub commit: CommitId,
    /// What kind it is.
    pub kind: Kind,
    /// The service, where it is about one.
    pub service: Option<ServiceName>,
    /// What ran before.
    pub before: Option<Image>,
    /// What runs after.
    pub after: Option<Image>,
    /// Who did it: whom the commit names, or its author.
    pub who: String,
    /// Who approved it: trailers `Approved-by` and `Reviewed-by`, or who merged it.
    pub approved_by: Vec<String>,
    /// The commit that the image was built from.
    pub source_commit: Option<CommitId>,
    /// The pipeline's page.
    pub build: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// Why a rollback went back across migrations that cannot be undone, where it did.
    pub despite_migrations: Option<String>,
    /// Those migrations, each with what it says of itself.
    pub crossed_migrations: Vec<String>,
    /// The commit's first line.
    pub subject: String,
    /// The files that changed, where it is about no service.
    pub files: Vec<String>,
}

/// What kind a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A digest that a pipeline set.
    Deploy,
    /// A digest that came from the environment before.
    Promote,
    /// Back to what ran before.
    Rollback,
    /// A hold was let go.
    Release,
    /// An image that a commit without trailers about it changed.
    ByHand,
    /// Anything else of the overlay.
    Configuration,
}

impl Kind {
    /// In a word or two.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Promote => "promote",
            Self::Rollback => "rollback",
            Self::Release => "release",
            Self::ByHand => "by hand",
            Self::Configuration => "configuration",
        }
    }
}

impl Kind {
    /// As a class of a style sheet.
    pub(crate) fn class(self) -> String {
        self.as_str().replace(' ', "-")
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Change {
    /// The changes that a commit made to an environment.
    pub(crate) fn of(commit: &Recorded, environment: &EnvironmentName) -> Vec<Self> {
        let Some(files) = commit.files.get(environment) else { return Vec::new() };
        let images = commit.images.iter().filter(|change| &change.environment == environment);
        let mut changes: Vec<Self> = images.map(|change| Self::of_image(commit, change)).collect();
        if changes.is_empty() {
            changes.push(Self::of_files(commit, environment, files));
        }
        changes
    }

    /// The change of one image.
    pub(crate) fn of_image(commit: &Recorded, change: &ImageChange) -> Self {
        let note = change.note.as_ref();
        let kind = match note.map(|note| note.action.as_deref()) {
            None => Kind::ByHand,
            Some(Some(action::ROLLBACK)) => Kind::Rollback,
            Some(Some(action::PROMOTE)) => Kind::Promote,
            Some(_) => Kind::Deploy,
        };
        Self {
            kind,
            service: Some(change.service.clone()),
            before: change.before.clone(),
            after: change.after.clone(),
            who: note.and_then(|note| note.actor.clone()).unwrap_or_else(|| commit.author.clone()),
            approved_by: approvals(commit, note),
            source_commit: change.source_commit.clone(),
            build: note.and_then(|note| note.build.clone()),
            why: note.and_then(|note| note.why.clone()),
            despite_migrations: note.and_then(|note| note.despite_migrations.clone()),
            crossed_migrations: note.map(|note| note.crossed_migrations.clone()).unwrap_or_default(),
            ..Self::bare(commit)
        }
    }

    fn of_files(commit: &Recorded, environment: &EnvironmentName, files: &[String]) -> Self {
        let trailers = &commit.trailers;
        let is_release = trailers.get(key::ACTION) == Some(action::RELEASE)
            && trailers.get(key::ENVIRONMENT) == Some(environment.as_str());
        let mut change = Self { files: files.to_vec(), ..Self::bare(commit) };
        if is_release {
            change.kind = Kind::Release;
            change.service = trailers.get(key::SERVICE).and_then(|name| name.parse().ok());
            change.why = trailers.get(key::WHY).map(str::to_owned);
            if let Some(actor) = trailers.get(key::ACTOR) {
                actor.clone_into(&mut change.who);
            }
        }
        change
    }

    fn bare(commit: &Recorded) -> Self {
        Self {
            at: commit.at,
            commit: commit.id.clone(),
            kind: Kind::Configuration,
            service: None,
            before: None,
            after: None,
            who: commit.author.clone(),
            approved_by: approvals(commit, None),
            source_commit: None,
            build: None,
            why: None,
            despite_migrations: None,
            crossed_migrations: Vec::new(),
            subject: commit.subject.clone(),
            files: Vec::new(),
        }
    }
}

/// Whoever approved a commit: by its own trailers, by those of what it merged, or by merging it.
fn approvals(commit: &Recorded, note: Option<&notes::Note>) -> Vec<String> {
    let mut names = notes::approved_by(&commit.trailers);
    names.extend(note.into_iter().flat_map(|note| note.approved_by.iter().cloned()));
    if commit.is_merge {
        names.push(commit.author.clone());
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}
