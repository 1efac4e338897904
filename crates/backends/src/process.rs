//! A child process that ends with its owner, however that ends.

use std::{
    ffi::OsString,
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, ChildStdin, Command},
};

use crate::{Error, error::Doing as _, leftover, user::User};

/// Runs a program beside a watcher that waits for the pipe on stdin: a line asks for a stop; its end without one says that
/// the owner has let go or was killed. Either way the program is asked to stop, and killed when its grace is over; without
/// an owner what was temporary is removed. Tells the program's number on stdout; ends with the program's status.
const SUPERVISOR: &str = include_str!("process/supervisor.sh");
/// How long a program may take to stop after its owner was killed: as long as a service may drain, and a little.
const DEFAULT_GRACE: Duration = Duration::from_secs(30);

/// How a program is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM.
    Terminate,
    /// SIGINT, which PostgreSQL takes for: end the sessions and stop.
    Interrupt,
}

impl From<StopSignal> for Signal {
    fn from(signal: StopSignal) -> Self {
        match signal {
            StopSignal::Terminate => Self::TERM,
            StopSignal::Interrupt => Self::INT,
        }
    }
}

/// What to start.
#[derive(Debug)]
pub struct Launch<'l> {
    /// What people call it.
    pub name: String,
    /// The program.
    pub program: &'l Path,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Variables of its environment, beside the owner's.
    pub environment: Vec<(String, OsString)>,
    /// Whom it runs as, where that is not the owner's user.
    pub user: Option<User>,
    /// How it is asked to stop.
    pub stop: StopSignal,
    /// The file that its output is appended to.
    pub log: &'l Path,
}

/// What the supervisor does for the program beside starting it.
#[derive(Debug)]
pub(crate) struct Care<'c> {
    /// How long it may take to stop without an owner, before it is killed.
    pub(crate) grace: Duration,
    /// Keeps the program's number while it runs.
    pub(crate) pid_file: Option<&'c Path>,
    /// Removed when the owner has let go of the program or was killed; not after a plain stop.
    pub(crate) temporary: Option<&'c Path>,
}

/// The program's number, which the supervisor tells before anything else.
fn told_pid(stdout: tokio::process::ChildStdout) -> std::io::Result<Pid> {
    let mut line = String::new();
    BufReader::new(File::from(stdout.into_owned_fd()?)).read_line(&mut line)?;
    let pid = line.trim().parse().ok().and_then(Pid::from_raw);
    pid.ok_or_else(|| std::io::ErrorKind::InvalidData.into())
}

/// A running program. Dropped, it is asked to stop, and nobody waits for that.
#[derive(Debug)]
pub struct Process {
    name: String,
    /// The supervisor, which ends with the program.
    child: Child,
    /// Its closing asks for a stop.
    stdin: Option<ChildStdin>,
    pid: Pid,
}

impl Process {
    /// Starts it.
    pub fn start(launch: Launch<'_>) -> Result<Self, Error> {
        Self::start_with(launch, &Care { grace: DEFAULT_GRACE, pid_file: None, temporary: None })
    }

    pub(crate) fn start_with(launch: Launch<'_>, care: &Care<'_>) -> Result<Self, Error> {
        let Launch { name, program, log, .. } = launch;
        let log_file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .doing(|| format!("open the log {}", log.display()))?;
        let signal = match launch.stop {
            StopSignal::Terminate => "TERM",
            StopSignal::Interrupt => "INT",
        };
        let path = |path: Option<&Path>| path.map(Path::as_os_str).unwrap_or_default().to_owned();
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SUPERVISOR).arg(signal).arg(care.grace.as_secs().to_string());
        command.arg(path(care.temporary)).arg(path(care.pid_file));
        command.arg(program).args(launch.arguments).envs(launch.environment);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log_file).current_dir("/");
        // A group of its own: Ctrl-C at the terminal is the owner's to handle.
        command.process_group(0);
        if let Some(user) = launch.user {
            command.gid(user.gid).uid(user.uid);
        }
        let mut child = command.spawn().doing(|| format!("start {name} ({})", program.display()))?;
        let stdin = child.stdin.take();
        match child.stdout.take().and_then(|stdout| told_pid(stdout).ok()) {
            Some(pid) => Ok(Self { name, child, stdin, pid }),
            None => Err(not_started(&name, "ended at once".into(), log)),
        }
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The program's number.
    pub fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Its exit status where it has ended.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until it has ended. Safe to cancel.
    pub async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks it to stop; after `deadline` it is killed.
    pub async fn stop(&mut self, deadline: Duration) -> Result<(), Error> {
        if let Some(mut stdin) = self.stdin.take() {
            // It fails where the program has ended already.
            let _ = stdin.write_all(b"stop\n").await;
        }
        match self.ended(deadline).await {
            Err(Error::NotStopped { .. }) => self.kill().await,
            result => result,
        }
    }

    /// Kills it and its children, as a crash would.
    pub async fn kill(&mut self) -> Result<(), Error> {
        if self.exited().is_none() {
            leftover::kill_family(self.pid).await;
        }
        self.ended(Duration::from_secs(5)).await
    }

    async fn ended(&mut self, waited: Duration) -> Result<(), Error> {
        match tokio::time::timeout(waited, self.child.wait()).await {
            Ok(status) => status.map(drop).doing(|| format!("wait for {}", self.name)),
            Err(_elapsed) => Err(Error::NotStopped { name: self.name.clone(), waited }),
        }
    }

    /// Stops its clock: it answers nothing, and its connections stay open.
    pub fn pause(&mut self) -> Result<(), Error> {
        self.signal(Signal::STOP)?;
        // Now that it is paused it makes no more of them.
        for child in leftover::children(self.pid) {
            send(&self.name, child, Signal::STOP)?;
        }
        Ok(())
    }

    /// Lets it go on.
    pub fn resume(&mut self) -> Result<(), Error> {
        for child in leftover::children(self.pid) {
            send(&self.name, child, Signal::CONT)?;
        }
        self.signal(Signal::CONT)
    }

    /// Sends SIGHUP, which servers take for: read the configuration again.
    pub fn reload(&mut self) -> Result<(), Error> {
        self.signal(Signal::HUP)
    }

    fn signal(&mut self, signal: Signal) -> Result<(), Error> {
        match self.exited() {
            Some(_) => Ok(()),
            None => send(&self.name, self.pid, signal),
        }
    }
}

fn send(name: &str, pid: Pid, signal: Signal) -> Result<(), Error> {
    match kill_process(pid, signal) {
        // It has ended meanwhile.
        Err(rustix::io::Errno::SRCH) => Ok(()),
        result => result.doing(|| format!("send {signal:?} to {name}")),
    }
}

/// Polls until `ready` says so, the program ends, or the deadline passes.
pub async fn wait_until_ready<F: Future<Output = bool> + Send>(
    process: &mut Process,
    log: &Path,
    deadline: Duration,
    mut ready: impl FnMut() -> F + Send,
) -> Result<(), Error> {
    let end = tokio::time::Instant::now() + deadline;
    loop {
        // First, since another program could answer in place of one that found its port taken.
        let exited = process.exited();
        if exited.is_none() && ready().await {
            return Ok(());
        }
        if exited.is_some() || tokio::time::Instant::now() > end {
            let state = exited.map_or_else(
                || format!("does not answer after {} s", deadline.as_secs()),
                |status| format!("ended ({status})"),
            );
            return Err(not_started(&process.name, state, log));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn not_started(name: &str, state: String, log: &Path) -> Error {
    Error::NotStarted { name: name.to_owned(), state, log: log.to_owned(), tail: tail(log) }
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    const LINES: usize = 8;
    const BYTES: usize = 4096;
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text[text.len().saturating_sub(BYTES)..]);
    let lines: Vec<&str> = text.lines().rev().take(LINES).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n  ")
}
