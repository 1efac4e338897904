//! One of our own services as a native process: how it starts, when it is ready, how it stops.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use argosy_backends::{
    Error,
    process::{Launch, Process, StopSignal, wait_until_ready},
};

use argosy_runtime::admin_client;

use crate::{Files, lasting_port};

/// How long a service may take until it is ready.
const READY_DEADLINE: Duration = Duration::from_secs(60);
/// How long a service may take to drain.
const STOP_DEADLINE: Duration = Duration::from_secs(30);

/// A service, running or not. Dropped, it is asked to stop.
#[derive(Debug)]
pub struct Service {
    name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(String, OsString)>,
    admin_port: u16,
    log: PathBuf,
    process: Option<Process>,
}

impl Service {
    /// The program of this name, beside the running one, as the service `name`, which names its log.
    pub fn new(name: &str, program_name: &str, files: &Files) -> anyhow::Result<Self> {
        let admin_port = lasting_port()?;
        let service = Self {
            name: name.to_owned(),
            program: program(program_name)?,
            arguments: Vec::new(),
            environment: Vec::new(),
            admin_port,
            log: files.log(name),
            process: None,
        };
        Ok(service
            .set("ARGOSY_ADMIN_LISTEN", format!("127.0.0.1:{admin_port}"))
            .set("ARGOSY_LOG_FORMAT", "text")
            .set("NO_COLOR", "1"))
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Sets a variable; the last value counts.
    #[must_use]
    pub fn set(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((variable.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file of its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The port of `/readyz` and `/metrics`.
    pub fn admin_port(&self) -> u16 {
        self.admin_port
    }

    /// Starts it, and waits until it is ready.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let mut process = Process::start(Launch {
            name: self.name.clone(),
            program: &self.program,
            arguments: self.arguments.clone(),
            environment: self.environment.clone(),
            user: None,
            stop: StopSignal::Terminate,
            log: &self.log,
        })?;
        let port = self.admin_port;
        wait_until_ready(&mut process, &self.log, READY_DEADLINE, || admin_client::is_ready(port)).await?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops it: what it works on is finished first.
    pub async fn stop(&mut self) -> Result<(), Error> {
        match self.process.take() {
            Some(mut process) => process.stop(STOP_DEADLINE).await,
            None => Ok(()),
        }
    }

    /// Kills it, as a crash would. It can be started again.
    pub async fn kill(&mut self) -> Result<(), Error> {
        match self.process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Stops its clock: it answers nothing, and its connections stay open.
    pub fn pause(&mut self) -> Result<(), Error> {
        self.process.as_mut().map_or(Ok(()), Process::pause)
    }

    /// Lets it go on.
    pub fn resume(&mut self) -> Result<(), Error> {
        self.process.as_mut().map_or(Ok(()), Process::resume)
    }

    /// The running process.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }
}

/// One of our programs, which stand beside this one.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find this program")?;
    let path = own.with_file_name(name);
    if !path.is_file() {
        bail!("{} is missing: build it by `make build`", path.display());
    }
    Ok(path)
}
