//! What in a history does not fit together.
//!
//! Git keeps no memory of a branch that was rewritten, so from the branch alone this can only be seen where commits contradict each
//! other: a commit that says it replaced a digest which was not there. That it was rewritten as a whole, with no contradiction left,
//! can be seen by whoever remembers an earlier head: this clone since its last fetch, or the reader of an earlier report.

use std::collections::BTreeSet;

use crate::{
    CommitId, Delivery, Error,
    git::one_a_line,
    history::{History, Run},
};

impl Delivery {
    /// Fails where a head does not contain an earlier one.
    pub(super) async fn expect_follows(&self, earlier: &str, now: &CommitId) -> Result<(), Error> {
        let before = match earlier.parse() {
            Ok(whole) => whole,
            Err(_) => self.repository.resolve(earlier).await?,
        };
        // What is not even here any more was in no history that was fetched.
        let is_here = self.repository.find(before.as_str()).await?.is_some();
        if is_here && self.repository.is_ancestor(&before, now).await? {
            return Ok(());
        }
        Err(Error::Rewritten { branch: self.remote().await?.branch, before, now: now.clone() })
    }

    /// What does not fit together.
    pub(super) async fn notices(
        &self,
        history: &History,
        runs: &[Vec<Run<'_>>],
        head: &CommitId,
    ) -> Result<Vec<String>, Error> {
        let mut notices = Vec::new();
        for commit in history.commits() {
            for change in &commit.images {
                let says = change.note.as_ref().and_then(|note| note.replaces.as_deref());
                let was = change.before.as_ref().and_then(|image| image.digest.as_ref());
                if let Some(says) = says.filter(|says| Some(*says) != was.map(crate::Digest::as_str)) {
                    let was = was.map_or("none", crate::Digest::as_str);
                    notices.push(format!(
                        "{} says that it replaced {says} of {}, but the branch had {was} there: the history before it was rewritten",
                        commit.id, change.service
                    ));
                }
            }
        }
        for (before, after) in history.commits().iter().zip(history.commits().iter().skip(1)) {
            if after.at < before.at {
                notices.push(format!(
                    "{} is dated before {}, which it follows: a clock was wrong",
                    after.id.short(),
                    before.id.short()
                ));
            }
        }
        notices.extend(self.foreign_sources(runs, head).await?);
        Ok(notices)
    }

    /// Source commits that the branch does not contain.
    async fn foreign_sources(&self, runs: &[Vec<Run<'_>>], head: &CommitId) -> Result<Option<String>, Error> {
        let sources: BTreeSet<&str> =
            runs.iter().flatten().filter_map(|run| run.source_commit).map(CommitId::as_str).collect();
        if sources.is_empty() {
            return Ok(None);
        }
        // Objects first: a commit that is not here at all cannot be asked about.
        let output = self
            .repository
            .read_with_input(
                ["cat-file", "--batch-check=%(objectname) %(objecttype)"],
                one_a_line(sources.iter().copied()),
            )
            .await?;
        let text = String::from_utf8_lossy(&output);
        let here: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_suffix(" commit")).collect();
        let input = one_a_line(here.iter().copied()) + &format!("^{head}\n");
        let output = self.repository.read_with_input(["rev-list", "--stdin"], input).await?;
        let text = String::from_utf8_lossy(&output);
        let outside = text.lines().filter(|id| sources.contains(id)).count() + sources.len() - here.len();
        Ok((outside > 0).then(|| {
            format!("{outside} of {} source commits are not in the branch: built from another branch or repository, or rewritten since", sources.len())
        }))
    }
}
