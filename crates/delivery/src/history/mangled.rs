//! Commits that a code host wrote anew when it merged a promotion: squashed, with the trailers in the midst of the message, or with
//! nothing left of them but the title. What changed is told by the overlay's lines all the same.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::{History, ImageChange, Recorded, log, notes::Note};
use crate::{
    CommitId, Delivery, Digest, EnvironmentName, Error, git::one_a_line, promote::is_title,
    trailers::Trailers,
};

/// Since when an environment has had digests, by the images' names.
type Had = HashMap<(String, Digest), DateTime<Utc>>;

impl Delivery {
    /// Finds out what commits mean that bring a digest and have no trailers at their end that say so.
    pub(super) async fn mend(&self, history: &mut History, head: &CommitId) -> Result<(), Error> {
        let silent: Vec<&str> = history
            .commits
            .iter()
            .filter(|commit| is_silent(commit))
            .map(|commit| commit.id.as_str())
            .collect();
        if silent.is_empty() {
            return Ok(());
        }
        let messages = self.messages(&silent).await?;
        let had = self.had(history, head).await?;
        for commit in &mut history.commits {
            let Some(trailers) = messages.get(&commit.id) else { continue };
            for change in commit.images.iter_mut().filter(|change| change.note.is_none()) {
                let Some(digest) = change.after.as_ref().and_then(|image| image.digest.as_ref()) else {
                    continue;
                };
                let is_promoted = || {
                    let from = self.source_environment(&change.environment)?;
                    let image = (self.config.image(&change.service), digest.clone());
                    let since = had.get(from)?.get(&image)?;
                    Some(is_title(&commit.subject, from, &change.environment) && *since <= commit.at)
                };
                let note = Note::of(trailers, &change.environment, &change.service, digest);
                change.note = note.or_else(|| is_promoted()?.then(|| Note::promotion(trailers)));
                if let (None, Some(note)) = (&change.source_commit, &change.note) {
                    change.source_commit.clone_from(&note.source_commit);
                }
            }
        }
        Ok(())
    }

    /// What is anywhere in these commits' messages and looks like a trailer.
    async fn messages(&self, ids: &[&str]) -> Result<HashMap<CommitId, Trailers>, Error> {
        let arguments =
            ["log", "--no-walk=unsorted", "--no-show-signature", "--stdin", "--format=%H%x00%B%x00"];
        let output = self.repository.read_with_input(arguments, one_a_line(ids.iter().copied())).await?;
        let text = String::from_utf8_lossy(&output);
        let mut fields = text.split('\0');
        let mut messages = HashMap::new();
        while let (Some(id), Some(message)) = (fields.next(), fields.next()) {
            messages.insert(id.trim_start().parse()?, Trailers::anywhere(message));
        }
        Ok(messages)
    }

    /// What the environments have had that silent commits are promotions from, by their titles.
    async fn had(&self, history: &History, head: &CommitId) -> Result<HashMap<EnvironmentName, Had>, Error> {
        let mut from: BTreeSet<&EnvironmentName> = BTreeSet::new();
        for commit in history.commits.iter().filter(|commit| is_silent(commit)) {
            let changes = commit.images.iter().map(|change| &change.environment);
            from.extend(changes.filter_map(|to| {
                self.source_environment(to).filter(|from| is_title(&commit.subject, from, to))
            }));
        }
        let mut all = HashMap::new();
        for environment in from {
            let folder = self.config.overlay(environment);
            let mut had = Had::new();
            for commit in log::read(&self.repository, &self.config, head, &folder).await? {
                for ((_, name), image) in commit.images {
                    if let Some(digest) = image.and_then(|image| image.digest) {
                        had.entry((name, digest)).or_insert(commit.at);
                    }
                }
            }
            all.insert(environment.clone(), had);
        }
        Ok(all)
    }

    /// The environment that another takes its digests from.
    fn source_environment(&self, to: &EnvironmentName) -> Option<&EnvironmentName> {
        self.config.environment(to.as_str()).ok()?.from.as_ref()
    }
}

/// Whether a commit exchanges an image without a word about it.
fn is_silent(commit: &Recorded) -> bool {
    let is_silent =
        |change: &ImageChange| change.note.is_none() && change.before.is_some() && change.after.is_some();
    commit.images.iter().any(is_silent)
}
