//! The remote that clusters read: where its branch is, and a push that takes no other's commit away.

use super::{Repository, git, line};
use crate::{CommitId, Error, process::Finished};

/// A branch of a remote.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    pub(crate) name: String,
    pub(crate) branch: String,
}

impl Remote {
    /// That a rule of the server protects the branch.
    pub(crate) fn protected(&self, says: String) -> Error {
        Error::ProtectedBranch { remote: self.name.clone(), branch: self.branch.clone(), says }
    }
}

/// How a push ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Push {
    /// The branch is at the commit.
    Accepted,
    /// The branch was not where it was thought to be.
    Moved,
    /// A rule of the server protects the branch: trying again does not help.
    Protected(String),
    /// The server refuses for another reason, which may pass.
    Refused(String),
    /// It is not known: the connection broke, or never was.
    Unknown(String),
}

/// How servers say that a branch may not be pushed to: GitHub's branch protection and rules, GitLab, Bitbucket, Azure DevOps, Gitea.
const PROTECTED: [&str; 8] = [
    "GH006",
    "GH013",
    "protected branch",
    "not allowed to push code to",
    "branch permission",
    "TF402455",
    "TF401027",
    "Not allowed to push",
];

impl Repository {
    /// Where a branch is now, with its commits fetched. No reference of the user's changes.
    pub(crate) async fn remote_head(&self, remote: &Remote) -> Result<CommitId, Error> {
        let missing = || Error::MissingBranch { remote: remote.name.clone(), branch: remote.branch.clone() };
        self.remote_branch(remote).await?.ok_or_else(missing)
    }

    /// The same of a branch that need not be there.
    pub(crate) async fn remote_branch(&self, remote: &Remote) -> Result<Option<CommitId>, Error> {
        self.expect_remote(&remote.name).await?;
        let reference = format!("refs/heads/{}", remote.branch);
        let call = git(["ls-remote", "--quiet", &remote.name, &reference]).timeout(self.network_timeout);
        let finished = self.run(call).await?;
        if !finished.is_success {
            return Err(Error::Unreachable { remote: remote.name.clone(), says: finished.stderr });
        }
        let output = line(&finished.stdout);
        let Some((id, _)) = output.split_once('\t') else { return Ok(None) };
        let head: CommitId = id.parse()?;
        if !self.has_all_of(&head).await? {
            self.fetch(remote, &reference).await?;
        }
        // It may be gone already, where somebody rewrites the branch at this moment.
        self.resolve(head.as_str()).await.map(Some)
    }

    /// Whether a commit is here, with everything that it needs. That its object is here says little: another process may be about to
    /// fetch into the same clone, and Git unpacks a commit before its files.
    async fn has_all_of(&self, commit: &CommitId) -> Result<bool, Error> {
        let call = git(["rev-list", "--objects", "--quiet", commit.as_str(), "--not", "--all"]);
        Ok(self.run(call).await?.is_success)
    }

    /// Brings the branch's commits, and nothing else.
    async fn fetch(&self, remote: &Remote, reference: &str) -> Result<(), Error> {
        let options =
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--refmap="];
        let call = git(options).argument(&remote.name).argument(reference).timeout(self.network_timeout);
        let finished = self.run(call).await?;
        if finished.is_success {
            return Ok(());
        }
        Err(Error::Unreachable { remote: remote.name.clone(), says: finished.stderr })
    }

    /// Fails where there is no such remote.
    pub(crate) async fn expect_remote(&self, name: &str) -> Result<(), Error> {
        self.remote_url(name).await.map(drop)
    }

    /// Where a branch was when this clone last looked.
    pub(crate) async fn known_branch(&self, remote: &Remote) -> Result<Option<CommitId>, Error> {
        self.find(&format!("refs/remotes/{}/{}", remote.name, remote.branch)).await
    }

    /// Where a remote is, as the user's configuration rewrites it. It may have a password in it.
    pub(crate) async fn remote_url(&self, name: &str) -> Result<String, Error> {
        let finished = self.run(git(["remote", "get-url", name])).await?;
        if finished.is_success {
            return Ok(line(&finished.stdout));
        }
        Err(Error::MissingRemote { name: name.to_owned() })
    }

    /// Moves the remote's branch from one commit to another, and only if it is at that one, or is not there where none is named.
    pub(crate) async fn push(
        &self,
        remote: &Remote,
        from: Option<&CommitId>,
        to: &CommitId,
    ) -> Result<Push, Error> {
        // A lease rather than a plain push: that one would bring back what a rewriting of the branch took away.
        let from = from.map(CommitId::as_str).unwrap_or_default();
        let lease = format!("--force-with-lease=refs/heads/{}:{from}", remote.branch);
        let refspec = format!("{to}:refs/heads/{}", remote.branch);
        let call = git([
            "push",
            "--porcelain",
            "--no-follow-tags",
            "--recurse-submodules=no",
            &lease,
            &remote.name,
            &refspec,
        ])
        .timeout(self.network_timeout);
        match self.run(call).await {
            Ok(finished) => Ok(understand(&finished)),
            Err(Error::TimedOut { command, after }) => {
                Ok(Push::Unknown(format!("{command} did not end within {} s", after.as_secs())))
            }
            Err(error) => Err(error),
        }
    }
}

/// Reads what `git push --porcelain` says.
fn understand(finished: &Finished) -> Push {
    if finished.is_success {
        return Push::Accepted;
    }
    let stdout = String::from_utf8_lossy(&finished.stdout);
    // `!\t<from>:<to>\t[rejected] (stale info)` for the one reference that is pushed.
    let verdict = stdout
        .lines()
        .find_map(|line| line.strip_prefix("!\t")?.split_once('\t'))
        .map(|(_, verdict)| verdict);
    let says = server_says(&finished.stderr, verdict);
    match verdict {
        Some(verdict) if verdict.starts_with("[rejected]") => Push::Moved,
        // A branch whose name is the beginning of this one's is in its way, and stays there.
        Some(_) if says.contains("cannot create") => Push::Refused(says),
        // The server compared, too, and another push was between our look and ours.
        Some(verdict)
            if [
                "cannot lock ref",
                "failed to update ref",
                "incorrect old value",
                "failed to lock",
                "non-fast-forward",
            ]
            .iter()
            .any(|words| verdict.contains(words)) =>
        {
            Push::Moved
        }
        _ if PROTECTED.iter().any(|words| says.contains(words)) => Push::Protected(says),
        Some(_) => Push::Refused(says),
        None => Push::Unknown(says),
    }
}

/// The server's own lines, or Git's where it said nothing, and the verdict.
fn server_says(stderr: &str, verdict: Option<&str>) -> String {
    let lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut says: Vec<&str> =
        lines.clone().filter_map(|line| line.strip_prefix("remote: ")).map(str::trim).collect();
    if says.is_empty() {
        says = lines.filter(|line| !line.starts_with("error: failed to push")).collect();
    }
    says.extend(verdict);
    says.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(verdict: &str, stderr: &str) -> Push {
        let stdout = format!("To /srv/git\n!\tHEAD:refs/heads/main\t{verdict}\nDone\n");
        understand(&Finished {
            is_success: false,
            code: Some(1),
            stdout: stdout.into(),
            stderr: stderr.into(),
        })
    }

    #[test]
    fn a_branch_that_moved_is_told_from_one_that_is_closed() {
        assert_eq!(push("[rejected] (stale info)", ""), Push::Moved);
        assert_eq!(push("[rejected] (fetch first)", ""), Push::Moved);
        assert_eq!(
            push("[remote rejected] (cannot lock ref 'refs/heads/main': is at a but expected b)", ""),
            Push::Moved
        );
        let in_the_way = "remote: error: cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'";
        assert!(matches!(push("[remote rejected] (failed to update ref)", in_the_way), Push::Refused(_)));
        assert!(matches!(
            push(
                "[remote rejected] (protected branch hook declined)",
                "remote: error: GH006: Protected branch update failed"
            ),
            Push::Protected(_)
        ));
        let gitlab =
            "remote: GitLab: You are not allowed to push code to protected branches on this project.";
        assert!(matches!(push("[remote rejected] (pre-receive hook declined)", gitlab), Push::Protected(_)));
        let Push::Refused(says) = push(
            "[remote rejected] (pre-receive hook declined)",
            "remote: no room\nerror: failed to push some refs",
        ) else {
            panic!("a hook may have passing reasons")
        };
        assert_eq!(says, "no room; [remote rejected] (pre-receive hook declined)");
    }

    #[test]
    fn a_broken_connection_leaves_it_open() {
        let finished = Finished {
            is_success: false,
            code: Some(128),
            stdout: Vec::new(),
            stderr: "fatal: the remote end hung up".into(),
        };
        assert_eq!(understand(&finished), Push::Unknown("fatal: the remote end hung up".into()));
    }
}
