//! A disk of its own for PostgreSQL, whose size can be changed: memory of the machine, mounted as root.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, ensure};
use tokio::process::Command;

/// The disk. Its owner has a view of mounts of its own, so that it ends with it; see [`crate::mounts`].
#[derive(Debug)]
pub(crate) struct Disk {
    path: PathBuf,
    megabytes: u64,
}

impl Disk {
    /// Mounts a disk of this size at a folder that exists.
    pub(crate) async fn mount(path: &Path, megabytes: u64) -> anyhow::Result<Self> {
        let size = format!("size={megabytes}m,mode=0755");
        run("mount", &["-t", "tmpfs", "-o", &size, "argosy-faults", text(path)?]).await?;
        Ok(Self { path: path.to_owned(), megabytes })
    }

    /// Leaves no room on it.
    pub(crate) async fn fill(&self) -> anyhow::Result<()> {
        let output = run("df", &["--output=used", "--block-size=1M", text(&self.path)?]).await?;
        let used: u64 = output.lines().nth(1).context("df says nothing")?.trim().parse()?;
        self.resize(used).await
    }

    /// Gives back all of its room.
    pub(crate) async fn give_back(&self) -> anyhow::Result<()> {
        self.resize(self.megabytes).await
    }

    /// Takes it away, with everything on it.
    pub(crate) async fn unmount(self) -> anyhow::Result<()> {
        run("umount", &[text(&self.path)?]).await.map(drop)
    }

    async fn resize(&self, megabytes: u64) -> anyhow::Result<()> {
        let size = format!("remount,size={megabytes}m");
        run("mount", &["-o", &size, text(&self.path)?]).await.map(drop)
    }
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("the path is not UTF-8")
}

async fn run(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().await?;
    ensure!(
        output.status.success(),
        "{program} {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}
