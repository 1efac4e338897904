//! The folder that keeps everything of a stack on this machine, closed to other users.

use std::{
    fs::{DirBuilder, File},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;

/// The folder.
#[derive(Debug, Clone)]
pub struct Files {
    path: PathBuf,
}

impl Files {
    /// The folder at this path, which need not exist.
    pub fn at(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { path: std::path::absolute(path)? })
    }

    /// Makes the folder, unless it is there.
    pub fn create(&self) -> anyhow::Result<()> {
        for folder in [self.path.clone(), self.file("logs"), self.file("secrets")] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        Ok(())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The log of a part.
    pub fn log(&self, part: &str) -> PathBuf {
        self.path.join("logs").join(format!("{part}.log"))
    }

    /// Writes a file that only its owner can read.
    pub fn write_secret(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.file(name);
        let new = path.with_extension("new");
        let write = || {
            let mut file = File::options().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())?;
            std::fs::rename(&new, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// The file of a secret; a new one where there is none.
    pub fn secret(&self, name: &str, make: impl FnOnce() -> String) -> anyhow::Result<PathBuf> {
        let path = self.file(name);
        if path.exists() { Ok(path) } else { self.write_secret(name, &make()) }
    }
}
