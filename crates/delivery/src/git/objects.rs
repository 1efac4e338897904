//! Files and commits, read and written without a work tree.

use std::path::Path;

use tempfile::TempDir;

use super::{Repository, git, line, one_a_line};
use crate::{CommitId, Error, process::Call};

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeFile {
    pub(crate) path: String,
    pub(crate) blob: String,
}

/// A file of the next commit; none where it is to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewFile {
    pub(crate) path: String,
    pub(crate) text: Option<String>,
}

impl Repository {
    /// The files of a commit under these paths.
    pub(crate) async fn files(&self, commit: &CommitId, paths: &[&str]) -> Result<Vec<TreeFile>, Error> {
        let call = git(["ls-tree", "-r", "-z", "--full-tree", commit.as_str(), "--"]).arguments(paths);
        let output = self.output(call).await?;
        let text = String::from_utf8_lossy(&output);
        // Each is `<mode> <type> <id>\t<path>`; links and submodules have other modes.
        let entries = text.split_terminator('\0').filter_map(|entry| entry.split_once('\t'));
        Ok(entries
            .filter(|(about, _)| about.starts_with("100"))
            .filter_map(|(about, path)| {
                Some(TreeFile { path: path.into(), blob: about.split(' ').nth(2)?.into() })
            })
            .collect())
    }

    /// What blobs hold, in this order; empty where there is no such blob.
    pub(crate) async fn blobs(&self, ids: &[&str]) -> Result<Vec<String>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let output = self.read_with_input(["cat-file", "--batch"], one_a_line(ids.iter().copied())).await?;
        let mut rest = output.as_slice();
        let mut blobs = Vec::with_capacity(ids.len());
        let broken = |what: &str| Error::Output { command: "git cat-file", what: what.to_owned() };
        for _ in ids {
            let end = rest.iter().position(|&byte| byte == b'\n').ok_or_else(|| broken("its end"))?;
            let head = String::from_utf8_lossy(&rest[..end]);
            rest = &rest[end + 1..];
            // `<id> blob <length>`, or `<id> missing`.
            let mut words = head.split(' ').skip(1);
            if words.next() != Some("blob") {
                blobs.push(String::new());
                continue;
            }
            let length: usize =
                words.next().and_then(|word| word.parse().ok()).ok_or_else(|| broken(&head))?;
            let text = rest.get(..length).ok_or_else(|| broken("its end"))?;
            blobs.push(String::from_utf8_lossy(text).into_owned());
            rest = rest.get(length + 1..).unwrap_or_default();
        }
        Ok(blobs)
    }

    /// A file's text in a commit, if it is there.
    pub(crate) async fn file(&self, commit: &CommitId, path: &str) -> Result<Option<String>, Error> {
        let files = self.files(commit, &[path]).await?;
        let Some(file) = files.into_iter().find(|file| file.path == path) else { return Ok(None) };
        Ok(self.blobs(&[&file.blob]).await?.pop())
    }

    /// What a note says about a commit, if there is one.
    pub(crate) async fn note(&self, notes: &str, commit: &CommitId) -> Result<Option<String>, Error> {
        let finished = self.run(git(["notes", "--ref", notes, "show", commit.as_str()])).await?;
        Ok(finished.is_success.then(|| String::from_utf8_lossy(&finished.stdout).into_owned()))
    }

    /// Writes the files of a commit under these paths, or all of them, into a folder.
    pub(crate) async fn checkout(
        &self,
        commit: &CommitId,
        paths: &[&str],
        folder: &Path,
    ) -> Result<(), Error> {
        let index = TempDir::new().map_err(|source| Error::File { path: std::env::temp_dir(), source })?;
        let file = index.path().join("index");
        let with_index = |call: Call| call.variable("GIT_INDEX_FILE", file.as_os_str());
        self.output(with_index(git(["read-tree", commit.as_str()]))).await?;
        let files = self.files(commit, paths).await?;
        let input: String = files.iter().flat_map(|file| [file.path.as_str(), "\0"]).collect();
        let prefix = format!("--prefix={}/", folder.display());
        let call = git(["checkout-index", "--force", "-z", "--stdin", &prefix]).input(input);
        self.output(with_index(call)).await.map(drop)
    }

    /// Makes a commit upon another, which no branch has yet.
    pub(crate) async fn commit(
        &self,
        parent: &CommitId,
        files: &[NewFile],
        message: &str,
    ) -> Result<CommitId, Error> {
        // The user's index stays as it is.
        let folder = TempDir::new().map_err(|source| Error::File { path: std::env::temp_dir(), source })?;
        let index = folder.path().join("index");
        let with_index = |arguments: &[&'static str]| {
            git(arguments.iter().copied()).variable("GIT_INDEX_FILE", index.as_os_str())
        };
        self.output(with_index(&["read-tree"]).argument(parent.as_str())).await?;
        let modes = self.modes(parent, files).await?;
        let mut changes = Vec::new();
        for (file, mode) in files.iter().zip(modes) {
            let Some(text) = &file.text else {
                changes.push(format!("0 {}\t{}", "0".repeat(parent.as_str().len()), file.path));
                continue;
            };
            let blob =
                self.read_with_input(["hash-object", "-w", "--no-filters", "--stdin"], text.as_str()).await?;
            changes.push(format!("{mode} {}\t{}", line(&blob), file.path));
        }
        self.output(with_index(&["update-index", "-z", "--index-info"]).input(changes.join("\0") + "\0"))
            .await?;
        let tree = line(&self.output(with_index(&["write-tree"])).await?);
        let mut call = git(["commit-tree", "-p", parent.as_str()]);
        if self.signs_commits().await? {
            call = call.argument("-S");
        }
        let finished = self.run(call.argument(tree).argument("-F").argument("-").input(message)).await?;
        if finished.is_success {
            return line(&finished.stdout).parse();
        }
        let is_nobody = ["tell me who you are", "empty ident", "no email was given", "unable to auto-detect"]
            .iter()
            .any(|words| finished.stderr.contains(words));
        if is_nobody {
            return Err(Error::NoIdentity(finished.stderr.lines().last().unwrap_or_default().to_owned()));
        }
        Err(Error::Program { command: "git commit-tree".into(), says: finished.stderr })
    }

    /// The mode that each file has in a commit, or else that of a plain file.
    async fn modes(&self, commit: &CommitId, files: &[NewFile]) -> Result<Vec<String>, Error> {
        let paths = files.iter().map(|file| file.path.as_str());
        let call = git(["ls-tree", "-z", "--full-tree", commit.as_str(), "--"]).arguments(paths);
        let output = self.output(call).await?;
        let text = String::from_utf8_lossy(&output);
        let mode = |path: &str| {
            let entry = text
                .split_terminator('\0')
                .find(|entry| entry.split_once('\t').is_some_and(|(_, name)| name == path));
            entry.and_then(|entry| entry.split(' ').next()).unwrap_or("100644").to_owned()
        };
        Ok(files.iter().map(|file| mode(&file.path)).collect())
    }

    /// Whether the user wants commits signed: `commit-tree` does so only when it is told to.
    async fn signs_commits(&self) -> Result<bool, Error> {
        let finished = self.run(git(["config", "--type=bool", "--get", "commit.gpgSign"])).await?;
        Ok(line(&finished.stdout) == "true")
    }
}
