//! The branch of a promotion: pushed with a lease, and left alone where it says the same already, since a push takes approvals away.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

use super::plan::Plan;
use crate::{
    CommitId, Delivery, EnvironmentName, Error,
    git::{Push, Remote},
};

/// How often it is tried.
const TRIES: usize = 4;

/// Where the branch is now.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) commit: CommitId,
    /// Whether it was not there before.
    pub(super) is_new: bool,
}

/// Whoever else writes this branch does so for the same reason, so the pauses are few.
fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(TRIES - 1)
        .with_jitter()
        .build()
}

impl Delivery {
    /// Makes a branch of the remote say what a plan does, upon a commit.
    pub(super) async fn offer(
        &self,
        branch: &Remote,
        to: &EnvironmentName,
        head: &CommitId,
        plan: &Plan,
    ) -> Result<Offered, Error> {
        let commit = self.repository.commit(head, &plan.files, &plan.message).await?;
        let mut pauses = pauses();
        // A push whose answer was lost may have arrived.
        let mut is_pushed = false;
        loop {
            let before = self.repository.remote_branch(branch).await?;
            if let Some(before) = &before
                && self.says_the_same(before, &commit, to, head, plan).await?
            {
                return Ok(Offered { is_new: is_pushed && before == &commit, commit: before.clone() });
            }
            let says = match self.repository.push(branch, before.as_ref(), &commit).await? {
                Push::Accepted => return Ok(Offered { commit, is_new: true }),
                Push::Moved => "somebody else pushes to it".to_owned(),
                Push::Protected(says) => return Err(branch.protected(says)),
                Push::Refused(says) | Push::Unknown(says) => says,
            };
            is_pushed = true;
            let Some(pause) = pauses.next() else {
                return Err(Error::PushRefused { remote: branch.name.clone(), tries: TRIES, says });
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Whether a branch that is there brings the same as a commit would: by one commit in these words, upon something that the target
    /// branch has, and to the same overlay.
    async fn says_the_same(
        &self,
        there: &CommitId,
        commit: &CommitId,
        to: &EnvironmentName,
        head: &CommitId,
        plan: &Plan,
    ) -> Result<bool, Error> {
        let repository = &self.repository;
        if there == commit {
            return Ok(true);
        }
        // What was merged already, and left lying there, brings nothing any more.
        if repository.is_ancestor(there, head).await? {
            return Ok(false);
        }
        let about = repository
            .read(["log", "-1", "--no-show-signature", "--format=%P%x00%B", there.as_str()])
            .await?;
        let about = String::from_utf8_lossy(&about);
        let Some((parents, message)) = about.split_once('\0') else { return Ok(false) };
        let Ok(parent) = parents.parse::<CommitId>() else { return Ok(false) };
        if message.trim_end() != plan.message.trim_end() || !repository.is_ancestor(&parent, head).await? {
            return Ok(false);
        }
        let files = repository
            .read(["diff-tree", "-r", "-z", "--name-only", "--no-renames", parent.as_str(), there.as_str()])
            .await?;
        let files = String::from_utf8_lossy(&files);
        let is_planned = |file: &str| plan.files.iter().any(|planned| planned.path == file);
        let folder = self.config.overlay(to);
        Ok(files.split_terminator('\0').all(is_planned)
            && repository.files(there, &[&folder]).await? == repository.files(commit, &[&folder]).await?)
    }
}
