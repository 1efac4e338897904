//! `.argosy/`: its lock, its state.

use std::{
    fs::{File, TryLockError},
    ops::Deref,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use argosy_stack::Files;
use serde::{Deserialize, Serialize};

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(Files);

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
        Files::at(path).map(Self)
    }

    /// Makes the folder, and holds it.
    pub(crate) fn lock(&self) -> anyhow::Result<Lock> {
        self.create()?;
        match self.try_lock()? {
            Some(lock) => Ok(lock),
            None => bail!(
                "argosy runs already in {}: see `argosy status`, or stop it by `argosy down`",
                self.path().display()
            ),
        }
    }

    /// Whether a process holds the folder.
    pub(crate) fn is_locked(&self) -> anyhow::Result<bool> {
        Ok(self.path().exists() && self.try_lock()?.is_none())
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

/// Its files.
impl Deref for Folder {
    type Target = Files;

    fn deref(&self) -> &Files {
        &self.0
    }
}
