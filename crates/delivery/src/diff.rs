//! `argosy diff`: how the objects of two environments differ, or those of two commits, and which of that may be.

mod compare;

use serde::Serialize;
use serde_json::Value;

use crate::{Allowed, CommitId, Delivery, EnvironmentName, Error, git::NewFile, render::Objects};

/// What to compare.
#[derive(Debug, Clone)]
pub enum DiffRequest {
    /// Two environments of a commit.
    Environments {
        /// One.
        left: String,
        /// The other.
        right: String,
        /// The commit; left out, the one that is checked out.
        at: Option<String>,
        /// Not a commit, but the files of the work tree as they are.
        work_tree: bool,
    },
    /// Two commits of an environment.
    Commits {
        /// One.
        left: String,
        /// The other.
        right: String,
        /// The environment.
        environment: String,
    },
}

/// How they differ.
#[derive(Debug, Clone, Serialize)]
pub struct Diff {
    /// What is on one side.
    pub left: String,
    /// What is on the other.
    pub right: String,
    /// How many objects there are on each.
    pub objects: [usize; 2],
    /// What differs though nothing in `argosy.toml` says that it may.
    pub findings: Vec<Finding>,
    /// What differs and may.
    pub allowed: Vec<Finding>,
}

/// A field that differs, or an object that only one side has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The object's kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The field; none where the whole object is only on one side.
    pub field: Option<String>,
    /// The one side's value.
    pub left: Option<Value>,
    /// The other's.
    pub right: Option<Value>,
    /// Why it may differ, where that is said.
    pub why: Option<String>,
}

impl Delivery {
    /// Compares the rendered objects.
    pub async fn diff(&self, request: &DiffRequest) -> Result<Diff, Error> {
        match request {
            DiffRequest::Environments { left, right, at, work_tree } => {
                let (left, right) = (&self.environment(left)?.name, &self.environment(right)?.name);
                let objects = if *work_tree {
                    let root = self.repository.root();
                    tokio::try_join!(self.render(root, left), self.render(root, right))?
                } else {
                    if at.is_none() {
                        self.expect_committed(&[left, right]).await?;
                    }
                    let commit = self.repository.resolve(at.as_deref().unwrap_or("HEAD")).await?;
                    let checkout = self.checkout(&commit).await?;
                    tokio::try_join!(self.render(checkout.path(), left), self.render(checkout.path(), right))?
                };
                let allowed =
                    self.config.differences.iter().filter(|difference| difference.is_between(left, right));
                let allowed: Vec<&Allowed> = allowed.flat_map(|difference| &difference.allow).collect();
                Ok(Diff::of([left.to_string(), right.to_string()], &objects, &allowed))
            }
            DiffRequest::Commits { left, right, environment } => {
                let environment = &self.environment(environment)?.name;
                let side = async |revision: &str| {
                    let commit = self.repository.resolve(revision).await?;
                    let checkout = self.checkout(&commit).await?;
                    Ok::<_, Error>((commit, self.render(checkout.path(), environment).await?))
                };
                let ((left, left_objects), (right, right_objects)) =
                    tokio::try_join!(side(left), side(right))?;
                let names = [&left, &right].map(|commit| format!("{environment} at {}", commit.short()));
                // Between commits everything that differs is a change.
                Ok(Diff::of(names, &(left_objects, right_objects), &[]))
            }
        }
    }

    /// How the objects of an environment would differ from those of a commit, were these files changed.
    pub(crate) async fn rendered_difference(
        &self,
        environment: &EnvironmentName,
        commit: &CommitId,
        files: &[NewFile],
    ) -> Result<Vec<Finding>, Error> {
        let checkout = self.checkout(commit).await?;
        let before = self.render(checkout.path(), environment).await?;
        for file in files {
            let path = checkout.path().join(&file.path);
            let written = match &file.text {
                Some(text) => tokio::fs::write(&path, text).await,
                None => tokio::fs::remove_file(&path).await,
            };
            written.map_err(|source| Error::File { path, source })?;
        }
        let after = self.render(checkout.path(), environment).await?;
        Ok(compare::objects(&before, &after))
    }

    /// Fails where files of overlays are not committed, since it is a commit that is compared.
    async fn expect_committed(&self, environments: &[&EnvironmentName]) -> Result<(), Error> {
        let folders: Vec<String> =
            environments.iter().map(|environment| self.config.overlay(environment)).collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let files = self.repository.changed_files(&folders).await?;
        if files.is_empty() { Ok(()) } else { Err(Error::Dirty { files: files.join(", ") }) }
    }
}

impl Diff {
    fn of([left, right]: [String; 2], objects: &(Objects, Objects), allow: &[&Allowed]) -> Self {
        let (mut findings, mut allowed) = (Vec::new(), Vec::new());
        for mut finding in compare::objects(&objects.0, &objects.1) {
            let covers =
                |rule: &&&Allowed| rule.covers(&finding.kind, &finding.name, finding.field.as_deref());
            match allow.iter().find(covers) {
                Some(rule) => {
                    finding.why.clone_from(&rule.why);
                    allowed.push(finding);
                }
                None => findings.push(finding),
            }
        }
        Self { left, right, objects: [objects.0.len(), objects.1.len()], findings, allowed }
    }
}
