//! What can go wrong while a server is found, prepared, started or stopped.

use std::{io, path::PathBuf, time::Duration};

/// Why a private server is not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server's program is not on this machine.
    #[error("{programs} is not installed: install {package}, or run `make deps`")]
    NotInstalled {
        /// The names that were looked for.
        programs: String,
        /// What has it, in most package managers.
        package: &'static str,
    },
    /// A program that is not ours listens there.
    #[error("port {port}, wanted for {name}, is taken by another program")]
    PortTaken {
        /// The server that wants it.
        name: &'static str,
        /// The port.
        port: u16,
    },
    /// Another process runs a server in this folder.
    #[error("{folder} is in use by another running process of Argosy")]
    InUse {
        /// The server's folder.
        folder: PathBuf,
    },
    /// The data is of a PostgreSQL that is not installed any more.
    #[error(
        "{folder} was made by PostgreSQL {version}, which is not installed: install it, or remove the folder"
    )]
    OtherVersion {
        /// The folder with the data.
        folder: PathBuf,
        /// The version that made it.
        version: u32,
    },
    /// The server ended while it started, or did not answer in time.
    #[error("{name} {state}. The end of {log}:\n  {tail}")]
    NotStarted {
        /// The server.
        name: String,
        /// What it did instead.
        state: String,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// The server still runs, though it was asked to stop and killed.
    #[error("{name} still runs {} s after it was asked to stop", waited.as_secs())]
    NotStopped {
        /// The server.
        name: String,
        /// How long was waited.
        waited: Duration,
    },
    /// A program that prepares something failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// The program.
        program: String,
        /// What it said.
        output: String,
    },
    /// Options that make no server.
    #[error("{0}")]
    Options(&'static str),
    /// The machine refused something.
    #[error("cannot {what}")]
    Io {
        /// What was to be done.
        what: String,
        /// Why not.
        source: io::Error,
    },
}

/// Says what was being done when the machine refused it.
pub(crate) trait Doing<T> {
    /// `what` completes the sentence "cannot ...".
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| Error::Io { what: what(), source: error.into() })
    }
}
