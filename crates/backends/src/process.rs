//! A child process that ends with its owner.

use std::{
    ffi::OsString,
    fs::File,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStdin, Command};

use crate::user::User;

/// Runs "$@" and sends it the signal $0 when stdin closes, which it does when the owner stops it, ends, or is killed.
const SUPERVISOR: &str = r#"
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
{ read -r line <&3; kill -s "$0" "$child"; } 2>/dev/null &
watcher=$!
exec 3<&-
wait "$child"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
"#;

/// How a server is asked to stop.
#[derive(Debug, Clone, Copy)]
pub enum StopSignal {
    /// SIGTERM.
    Terminate,
    /// SIGINT, which PostgreSQL takes for: end the sessions and stop.
    Interrupt,
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

/// A running process.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    group: Pid,
}

impl Process {
    /// Starts it.
    pub fn start(launch: Launch<'_>) -> anyhow::Result<Self> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(launch.log)
            .with_context(|| format!("cannot open the log {}", launch.log.display()))?;
        let signal = match launch.stop {
            StopSignal::Terminate => "TERM",
            StopSignal::Interrupt => "INT",
        };
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SUPERVISOR).arg(signal).arg(launch.program).args(launch.arguments);
        command.envs(launch.environment);
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log).current_dir("/");
        // A group of its own: Ctrl-C at the terminal is the owner's to handle.
        command.process_group(0);
        if let Some(user) = launch.user {
            command.gid(user.gid).uid(user.uid);
        }
        let name = launch.name;
        let mut child =
            command.spawn().with_context(|| format!("cannot start {name} ({})", launch.program.display()))?;
        let group = child
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
            .with_context(|| format!("{name} ended at once"))?;
        let stdin = child.stdin.take();
        Ok(Self { name, child, stdin, group })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is still running; its exit status where it is not.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until it has ended.
    pub async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        // `Child::wait` would close stdin, which asks the server to stop; ours is kept apart.
        self.child.wait().await
    }

    /// Asks it to stop; after `deadline` it is killed.
    pub async fn stop(&mut self, deadline: Duration) -> anyhow::Result<()> {
        self.stdin = None;
        if tokio::time::timeout(deadline, self.child.wait()).await.is_err() {
            self.kill().await?;
        }
        Ok(())
    }

    /// Kills it, as a crash would.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        self.child.wait().await?;
        Ok(())
    }

    /// Stops its clock: it answers nothing, and its connections stay open.
    pub fn pause(&self) -> anyhow::Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        match kill_process_group(self.group, signal) {
            // It has ended already.
            Err(rustix::io::Errno::SRCH) => Ok(()),
            result => result.with_context(|| format!("cannot send {signal:?} to {}", self.name)),
        }
    }
}

/// Polls until `ready` says so, the process ends, or the deadline passes; the error has the end of the log.
pub async fn wait_until_ready<F: Future<Output = bool> + Send>(
    process: &mut Process,
    log: &Path,
    deadline: Duration,
    mut ready: impl FnMut() -> F + Send,
) -> anyhow::Result<()> {
    let end = tokio::time::Instant::now() + deadline;
    loop {
        if ready().await {
            return Ok(());
        }
        let exited = process.exited();
        if exited.is_some() || tokio::time::Instant::now() > end {
            let state = exited.map_or_else(
                || format!("does not answer after {} s", deadline.as_secs()),
                |status| format!("ended ({status})"),
            );
            let text = std::fs::read_to_string(log).unwrap_or_default();
            let tail: Vec<&str> = text.lines().rev().take(8).collect();
            let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n  ");
            anyhow::bail!("{} {state}. The end of {}:\n  {tail}", process.name(), log.display());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
