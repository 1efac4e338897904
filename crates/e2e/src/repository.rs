//! A copy of this repository that the cluster reads.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

/// The copy, and where it is pushed to.
pub(crate) struct Repository {
    folder: TempDir,
    url: String,
}

impl Repository {
    /// Copies the commit that is checked out here, and pushes it.
    pub(crate) fn copy(url: &str) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let repository = Self { folder, url: url.to_owned() };
        let here = std::env::current_dir()?;
        run(&here, &["clone", "--quiet", "--no-hardlinks", ".", &repository.path("").to_string_lossy()])?;
        repository.git(&["config", "user.name", "argosy-e2e"])?;
        repository.git(&["config", "user.email", "argosy-e2e@localhost"])?;
        repository.git(&["checkout", "--quiet", "-B", "main"])?;
        repository.git(&["push", "--quiet", "--force", &repository.url, "main"])?;
        Ok(repository)
    }

    /// The path of a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file; nothing removes it.
    pub(crate) fn write(&self, name: &str, text: Option<&str>) -> anyhow::Result<()> {
        let path = self.path(name);
        match text {
            Some(text) => fs::write(&path, text),
            None => fs::remove_file(&path),
        }
        .with_context(|| format!("cannot change {name}"))
    }

    /// Names these digests, and the registry that they are in, by the script that people use.
    pub(crate) fn set_images(
        &self,
        registry: &str,
        digests: &BTreeMap<String, String>,
    ) -> anyhow::Result<()> {
        let mut child = Command::new("scripts/set-images")
            .current_dir(self.folder.path())
            .args(["local", registry])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        child.stdin.take().context("no input")?.write_all(serde_json::to_string(digests)?.as_bytes())?;
        ensure!(child.wait()?.success(), "scripts/set-images fails");
        Ok(())
    }

    /// Commits everything and pushes it; the commit.
    pub(crate) fn commit(&self, message: &str) -> anyhow::Result<String> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message", message])?;
        self.push()
    }

    /// Takes the last commit back by another; that commit.
    pub(crate) fn revert(&self, commit: &str) -> anyhow::Result<String> {
        self.git(&["revert", "--no-edit", commit])?;
        self.push()
    }

    fn push(&self) -> anyhow::Result<String> {
        self.git(&["push", "--quiet", &self.url, "main"])?;
        self.git(&["rev-parse", "HEAD"])
    }

    fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        run(self.folder.path(), arguments)
    }
}

fn run(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output =
        Command::new("git").current_dir(folder).args(arguments).output().context("git cannot be started")?;
    if !output.status.success() {
        bail!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
