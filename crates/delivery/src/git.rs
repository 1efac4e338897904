//! The program `git`, in the user's repository: with the user's configuration, hooks and credentials, and without the user's work
//! tree, index or branches.

mod objects;
mod remote;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

pub(crate) use objects::NewFile;
pub(crate) use remote::{Push, Remote};

use crate::{
    CommitId, Error,
    process::{Call, Finished, Program},
};

const GIT: Program = Program { name: "git", try_this: "https://git-scm.com/downloads has it" };

/// A repository.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
    network_timeout: Duration,
}

impl Repository {
    /// The repository that a folder is in.
    pub async fn open(folder: &Path) -> Result<Self, Error> {
        let mut repository = Self { root: folder.to_owned(), network_timeout: Duration::from_secs(30) };
        let finished = repository.run(git(["rev-parse", "--show-toplevel"])).await?;
        if !finished.is_success {
            return Err(Error::NoRepository(folder.to_owned()));
        }
        repository.root = PathBuf::from(line(&finished.stdout));
        Ok(repository)
    }

    /// Another limit for what goes over the network than 30 s.
    #[must_use]
    pub fn with_network_timeout(mut self, timeout: Duration) -> Self {
        self.network_timeout = timeout;
        self
    }

    /// The folder of the work tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The commit that a revision means.
    pub async fn resolve(&self, revision: &str) -> Result<CommitId, Error> {
        self.find(revision).await?.ok_or_else(|| Error::UnknownCommit(revision.to_owned()))
    }

    /// The commit that a revision means, if there is one.
    pub(crate) async fn find(&self, revision: &str) -> Result<Option<CommitId>, Error> {
        let wanted = format!("{revision}^{{commit}}");
        let call = git(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        let finished = self.run(call).await?;
        if finished.is_success { line(&finished.stdout).parse().map(Some) } else { Ok(None) }
    }

    /// The branch that is checked out.
    pub(crate) async fn current_branch(&self) -> Result<String, Error> {
        let finished = self.run(git(["symbolic-ref", "--quiet", "--short", "HEAD"])).await?;
        if finished.is_success { Ok(line(&finished.stdout)) } else { Err(Error::DetachedHead) }
    }

    /// Whether a commit is in the history of another, or is that.
    pub(crate) async fn is_ancestor(&self, one: &CommitId, other: &CommitId) -> Result<bool, Error> {
        let call = git(["merge-base", "--is-ancestor", one.as_str(), other.as_str()]);
        let finished = self.run(call).await?;
        match finished.code {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(Error::Program { command: "git merge-base".into(), says: finished.stderr }),
        }
    }

    /// The newest commit that two have in common, if they have any.
    pub(crate) async fn merge_base(
        &self,
        one: &CommitId,
        other: &CommitId,
    ) -> Result<Option<CommitId>, Error> {
        let finished = self.run(git(["merge-base", one.as_str(), other.as_str()])).await?;
        if finished.is_success { line(&finished.stdout).parse().map(Some) } else { Ok(None) }
    }

    /// Fails where the clone has only the newest part of the history.
    pub(crate) async fn expect_whole_history(&self) -> Result<(), Error> {
        let answer = self.output(git(["rev-parse", "--is-shallow-repository"])).await?;
        if line(&answer) == "true" { Err(Error::Shallow) } else { Ok(()) }
    }

    /// The files under these paths that are not as the commit that is checked out has them.
    pub async fn changed_files(&self, paths: &[&str]) -> Result<Vec<String>, Error> {
        let call = git(["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--"]);
        let output = self.output(call.arguments(paths)).await?;
        let text = String::from_utf8_lossy(&output);
        Ok(text.split_terminator('\0').filter_map(|entry| entry.get(3..)).map(str::to_owned).collect())
    }

    /// The name that commits are made by.
    pub(crate) async fn identity(&self) -> Result<String, Error> {
        let finished = self.run(git(["var", "GIT_COMMITTER_IDENT"])).await?;
        if !finished.is_success {
            return Err(Error::NoIdentity(finished.stderr.lines().last().unwrap_or_default().to_owned()));
        }
        let identity = line(&finished.stdout);
        Ok(identity.split(" <").next().unwrap_or_default().to_owned())
    }

    async fn run(&self, call: Call) -> Result<Finished, Error> {
        call.finish(&self.root).await
    }

    async fn output(&self, call: Call) -> Result<Vec<u8>, Error> {
        call.output(&self.root).await
    }

    /// What a call of `git` with these arguments prints.
    pub(crate) async fn read<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<u8>, Error> {
        self.output(git(arguments)).await
    }

    /// The same, given something to read.
    pub(crate) async fn read_with_input<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
        input: impl Into<Vec<u8>>,
    ) -> Result<Vec<u8>, Error> {
        self.output(git(arguments).input(input)).await
    }
}

/// A call of Git.
fn git<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(GIT)
        // Whoever calls this waits for an answer, and answers no question.
        .variable("GIT_TERMINAL_PROMPT", "0")
        .variable("GCM_INTERACTIVE", "never")
        // Git's words are read.
        .variable("LC_ALL", "C.UTF-8")
        .variable("LANGUAGE", "C")
        // Reading must not wait for the user's own Git.
        .variable("GIT_OPTIONAL_LOCKS", "0")
        // A path is a path, whatever is in it.
        .argument("--literal-pathspecs")
        .arguments(arguments)
}

/// The one line that a program printed.
fn line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim_end_matches(['\n', '\r']).to_owned()
}

/// Ids as Git reads them, one a line.
pub(crate) fn one_a_line<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    ids.into_iter().flat_map(|id| [id, "\n"]).collect()
}
