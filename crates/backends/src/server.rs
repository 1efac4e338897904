//! What all servers share: a folder, a process, ports, and how they end.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    Error,
    error::Doing as _,
    folder::Folder,
    leftover,
    process::{Care, Launch, Process, StopSignal, wait_until_ready},
};

/// How long a start may take. PostgreSQL reads its log again after a crash, and Mosquitto its sessions.
const START_DEADLINE: Duration = Duration::from_mins(1);

/// A server of our own, running or not. Dropped, it is asked to stop; temporary, its folder goes too.
#[derive(Debug)]
pub struct Server {
    name: &'static str,
    folder: Folder,
    stop: StopSignal,
    grace: Duration,
    temporary: bool,
    process: Option<Process>,
}

impl Server {
    pub(crate) fn new(name: &'static str, folder: Folder, stop: StopSignal, grace: Duration) -> Self {
        Self { name, folder, stop, grace, temporary: false, process: None }
    }

    /// Removes the folder when this is dropped, or when this process is killed.
    pub(crate) fn set_temporary(&mut self) {
        self.temporary = true;
    }

    pub(crate) fn files(&self) -> &Folder {
        &self.folder
    }

    /// Starts the program unless it runs, and waits until it is ready.
    pub(crate) async fn launch<F: Future<Output = bool> + Send>(
        &mut self,
        program: &Path,
        arguments: Vec<OsString>,
        ports: &[(Ipv4Addr, u16)],
        ready: impl FnMut() -> F + Send,
    ) -> Result<(), Error> {
        if self.is_running() {
            return Ok(());
        }
        self.process = None;
        let pid_file = self.folder.file("pid");
        leftover::stop_leftover(self.folder.path(), &pid_file, self.stop, self.grace).await;
        for (address, port) in ports {
            ensure_free(self.name, *address, *port)?;
        }
        let log = self.folder.log();
        let launch = Launch {
            name: self.name.to_owned(),
            program,
            arguments,
            environment: Vec::new(),
            user: self.folder.user(),
            stop: self.stop,
            log: &log,
        };
        let temporary = self.temporary.then(|| self.folder.path());
        let care = Care { grace: self.grace, pid_file: Some(&pid_file), temporary };
        let mut process = Process::start_with(launch, &care)?;
        wait_until_ready(&mut process, &log, START_DEADLINE, ready).await?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops it in good order, and kills it where that takes too long. It can be started again.
    pub async fn stop(&mut self) -> Result<(), Error> {
        match &mut self.process {
            Some(process) => process.stop(self.grace).await?,
            None => return Ok(()),
        }
        self.process = None;
        Ok(())
    }

    /// Kills it, as a crash would. It can be started again.
    pub async fn kill(&mut self) -> Result<(), Error> {
        match &mut self.process {
            Some(process) => process.kill().await?,
            None => return Ok(()),
        }
        self.process = None;
        Ok(())
    }

    /// Stops its clock: it answers nothing, and its connections stay open.
    pub fn pause(&mut self) -> Result<(), Error> {
        self.process.as_mut().map_or(Ok(()), Process::pause)
    }

    /// Lets it go on.
    pub fn resume(&mut self) -> Result<(), Error> {
        self.process.as_mut().map_or(Ok(()), Process::resume)
    }

    /// Whether its program runs.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.exited().is_none())
    }

    /// The running program.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where its files really are: elsewhere than wanted, where root runs it as a user that could not reach them.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file of its log.
    pub fn log(&self) -> PathBuf {
        self.folder.file("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.temporary && !self.is_running() {
            // No supervisor is left that would; where it fails, the machine clears its temporary files.
            let _ = std::fs::remove_dir_all(self.folder.path());
        }
    }
}

/// An error that names the port, instead of a server's log.
fn ensure_free(name: &'static str, address: Ipv4Addr, port: u16) -> Result<(), Error> {
    match TcpListener::bind((address, port)) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(Error::PortTaken { name, port }),
        bound => bound.map(drop).doing(|| format!("listen on port {port} for {name}")),
    }
}
