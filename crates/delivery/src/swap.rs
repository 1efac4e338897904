//! Compare and swap on the remote's branch: a change is planned upon the head, committed without a work tree, and pushed only if
//! the head is still that one. Else it is planned anew upon the new head. So no push takes another's commit away, and none merges.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

use crate::{
    CommitId, Error, Repository,
    git::{NewFile, Push, Remote},
};

/// How often a server may refuse, or not answer, before it is believed.
const REFUSALS: usize = 3;

/// What to do upon a head.
#[derive(Debug)]
pub(crate) struct Plan<T> {
    /// The files that change; where there are none, nothing is done.
    pub(crate) files: Vec<NewFile>,
    /// The commit's message.
    pub(crate) message: String,
    /// What is to be told about it.
    pub(crate) about: T,
}

/// What was done.
#[derive(Debug)]
pub(crate) struct Swapped<T> {
    /// The commit that was pushed.
    pub(crate) commit: Option<CommitId>,
    /// The commit before it.
    pub(crate) head: CommitId,
    /// How often it was tried.
    pub(crate) tries: usize,
    /// The plan that was carried out.
    pub(crate) plan: Plan<T>,
}

/// How often, and how far apart. Many pipelines may end at once, so the pauses are random.
fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(40))
        .with_max_delay(Duration::from_secs(1))
        .with_max_times(40)
        .with_jitter()
        .build()
}

/// Carries out a plan that is made for each head; with `is_dry_run` nothing is written.
pub(crate) async fn swap<T, F>(
    repository: &Repository,
    remote: &Remote,
    is_dry_run: bool,
    plan: impl Fn(CommitId) -> F,
) -> Result<Swapped<T>, Error>
where
    F: Future<Output = Result<Plan<T>, Error>>,
{
    let mut pauses = pauses();
    let mut last = repository.known_branch(remote).await?;
    // A commit of ours whose push may have arrived.
    let mut in_doubt: Option<(CommitId, Swapped<T>)> = None;
    let mut refusals: Vec<String> = Vec::new();
    let mut tries = 0;
    loop {
        let head = repository.remote_head(remote).await?;
        if let Some(before) = last.replace(head.clone())
            && !repository.is_ancestor(&before, &head).await?
        {
            return Err(Error::Rewritten { branch: remote.branch.clone(), before, now: head });
        }
        if let Some((commit, done)) = in_doubt.take()
            && repository.is_ancestor(&commit, &head).await?
        {
            return Ok(done);
        }
        if refusals.len() == REFUSALS {
            let says = refusals.pop().unwrap_or_default();
            return Err(Error::PushRefused { remote: remote.name.clone(), tries: REFUSALS, says });
        }
        tries += 1;
        let plan = plan(head.clone()).await?;
        if plan.files.is_empty() || is_dry_run {
            return Ok(Swapped { commit: None, head, tries, plan });
        }
        let commit = repository.commit(&head, &plan.files, &plan.message).await?;
        let push = repository.push(remote, Some(&head), &commit).await?;
        let done = Swapped { commit: Some(commit.clone()), head, tries, plan };
        match push {
            Push::Accepted => return Ok(done),
            Push::Moved => {}
            Push::Protected(says) => return Err(remote.protected(says)),
            Push::Refused(says) => refusals.push(says),
            Push::Unknown(says) => {
                refusals.push(says);
                in_doubt = Some((commit, done));
            }
        }
        let Some(pause) = pauses.next() else {
            return Err(Error::Contention { branch: remote.branch.clone(), tries });
        };
        tokio::time::sleep(pause).await;
    }
}
