//! `argosy down`: stops the stack.

use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

use crate::folder::Folder;

/// How long everything may take to drain.
const DEADLINE: Duration = Duration::from_secs(120);

/// Stops the stack, and returns once nothing runs any more.
pub(crate) async fn down(folder: &Folder) -> anyhow::Result<()> {
    if !folder.is_locked()? {
        eprintln!("nothing runs in {}", folder.file("").display());
        return Ok(());
    }
    let state = folder.read_state()?.context("something holds the folder and does not say what it is")?;
    let pid = Pid::from_raw(state.pid).context("the state file is damaged")?;
    kill_process(pid, Signal::TERM).with_context(|| format!("cannot stop the process {}", state.pid))?;
    let end = Instant::now() + DEADLINE;
    while folder.is_locked()? {
        if Instant::now() > end {
            bail!("it does not stop; kill the process {} if it must", state.pid);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eprintln!("stopped");
    Ok(())
}
