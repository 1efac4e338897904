//! `.argosy/`: its files, its lock, its state.

use std::{
    fs::{DirBuilder, File, TryLockError},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// Holds the folder for one process; the system takes it back when the process ends, however it does.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// What runs, for other commands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    /// The process that runs everything.
    pub(crate) pid: i32,
    /// Whether every part is ready.
    pub(crate) ready: bool,
    /// Port of the pages.
    pub(crate) webapp_port: u16,
    /// Port of the API.
    pub(crate) api_port: u16,
    /// Port of MQTT over TLS.
    pub(crate) mqtt_port: u16,
    /// The parts, in the order they start.
    pub(crate) parts: Vec<PartState>,
}

/// A part, for other commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartState {
    /// Its name.
    pub(crate) name: String,
    /// In a word or a few.
    pub(crate) state: String,
    /// Its process, while it runs.
    pub(crate) pid: Option<i32>,
    /// How often it was started again.
    pub(crate) restarts: u32,
    /// The file of its log.
    pub(crate) log: PathBuf,
}

impl Folder {
    /// The folder at this path, which need not exist.
    pub(crate) fn at(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { path: std::path::absolute(path)? })
    }

    /// Makes the folder, and holds it.
    pub(crate) fn lock(&self) -> anyhow::Result<Lock> {
        for folder in [self.path.clone(), self.file("logs"), self.file("secrets")] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        match self.try_lock()? {
            Some(lock) => Ok(lock),
            None => bail!(
                "argosy runs already in {}: see `argosy status`, or stop it by `argosy down`",
                self.path.display()
            ),
        }
    }

    /// Whether a process holds the folder.
    pub(crate) fn is_locked(&self) -> anyhow::Result<bool> {
        Ok(self.path.exists() && self.try_lock()?.is_none())
    }

    fn try_lock(&self) -> anyhow::Result<Option<Lock>> {
        let path = self.file("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the folder"),
        }
    }

    /// The path of a file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The log of a part.
    pub(crate) fn log(&self, part: &str) -> PathBuf {
        self.path.join("logs").join(format!("{part}.log"))
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write_secret(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
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

    /// The secret of a file; a new one where there is none.
    pub(crate) fn secret(&self, name: &str, make: impl FnOnce() -> String) -> anyhow::Result<PathBuf> {
        let path = self.file(name);
        if path.exists() { Ok(path) } else { self.write_secret(name, &make()) }
    }

    /// Tells other commands what runs.
    pub(crate) fn write_state(&self, state: &State) -> anyhow::Result<()> {
        self.write_secret("state.json", &serde_json::to_string_pretty(state)?).map(drop)
    }

    /// What runs; `None` where nothing does.
    pub(crate) fn read_state(&self) -> anyhow::Result<Option<State>> {
        if !self.is_locked()? {
            return Ok(None);
        }
        match std::fs::read_to_string(self.file("state.json")) {
            Ok(text) => Ok(serde_json::from_str(&text).ok()),
            Err(_) => Ok(None),
        }
    }
}
