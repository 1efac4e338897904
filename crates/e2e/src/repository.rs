//! A copy of this repository that the cluster reads.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use argosy_delivery::{Delivery, ImageSet};
use tempfile::TempDir;

/// The copy, whose remote is where the cluster reads.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    /// Copies the commit that is checked out here, and pushes it.
    pub(crate) fn copy(url: &str) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let repository = Self { folder };
        let here = std::env::current_dir()?;
        run(&here, &["clone", "--quiet", "--no-hardlinks", ".", &repository.path("").to_string_lossy()])?;
        repository.git(&["config", "user.name", "argosy-e2e"])?;
        repository.git(&["config", "user.email", "argosy-e2e@localhost"])?;
        repository.git(&["checkout", "--quiet", "-B", "main"])?;
        // Removed rather than renamed: what the first remote had is no history of the second.
        repository.git(&["remote", "remove", "origin"])?;
        repository.git(&["remote", "add", "origin", url])?;
        repository.git(&["push", "--quiet", "--force", "origin", "main"])?;
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

    /// Names these digests, and the registry that they are in, as `argosy image set` does; the commit, which is pushed.
    pub(crate) async fn set_images(
        &self,
        registry: &str,
        digests: &BTreeMap<String, String>,
    ) -> anyhow::Result<String> {
        let images = digests.iter().map(|(service, digest)| Ok((service.clone(), digest.parse()?)));
        let request = ImageSet {
            environment: "local".into(),
            images: images.collect::<anyhow::Result<_>>()?,
            source_commit: Some("HEAD".into()),
            registry: Some(registry.to_owned()),
            ..ImageSet::default()
        };
        let written = Delivery::open(self.folder.path()).await?.set_images(&request).await?;
        let commit = written.commit.context("these digests are there already")?.to_string();
        // It was pushed without the work tree, which is to have it as well.
        self.git(&["merge", "--quiet", "--ff-only", &commit])?;
        Ok(commit)
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
        self.git(&["push", "--quiet", "origin", "main"])?;
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
