//! Processes by their number: whether one lives, whose it is, and how a server's leftover ends.

use std::{path::Path, process::Command, time::Duration};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::process::StopSignal;

/// How often a process is looked at while its end is awaited.
const POLL: Duration = Duration::from_millis(20);

/// Stops the server of this folder that outlived its owner, if there is one; `pid_file` has its number.
pub(crate) async fn stop_leftover(folder: &Path, pid_file: &Path, signal: StopSignal, grace: Duration) {
    let Some(pid) = read_pid(pid_file).filter(|pid| belongs_to(*pid, folder)) else {
        return;
    };
    // Its supervisor does the same, unless it was killed too: asking twice does no harm.
    let _ = kill_process(pid, signal.into());
    let _ = kill_process(pid, Signal::CONT);
    if !ended(&[pid], grace).await {
        kill_family(pid).await;
    }
}

/// Kills a process and its children, and waits a moment until they are gone.
pub(crate) async fn kill_family(pid: Pid) {
    let children = children(pid);
    // The parent first: it would replace its children, or tell them to end in good order.
    let _ = kill_process(pid, Signal::KILL);
    for child in &children {
        let _ = kill_process(*child, Signal::KILL);
    }
    ended(&children, Duration::from_secs(5)).await;
}

/// Whether they all end before the deadline.
async fn ended(pids: &[Pid], deadline: Duration) -> bool {
    let end = tokio::time::Instant::now() + deadline;
    while pids.iter().any(|pid| is_alive(*pid)) {
        if tokio::time::Instant::now() > end {
            return false;
        }
        tokio::time::sleep(POLL).await;
    }
    true
}

/// Reads a process's number from the first line of a file.
pub(crate) fn read_pid(file: &Path) -> Option<Pid> {
    Pid::from_raw(std::fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()?)
}

/// Whether a process runs. One that has ended and whose parent has not asked yet does not.
pub(crate) fn is_alive(pid: Pid) -> bool {
    match std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())) {
        // The state follows the name, which is in brackets and may have any character.
        Ok(text) => text.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X'])),
        Err(_) if Path::new("/proc/self/stat").exists() => false,
        Err(_) => test_kill_process(pid).is_ok(),
    }
}

/// Whether a live process works in this folder: its number may be another program's by now.
pub(crate) fn belongs_to(pid: Pid, folder: &Path) -> bool {
    let number = pid.as_raw_nonzero();
    if !is_alive(pid) {
        return false;
    }
    if std::fs::read_link(format!("/proc/{number}/cwd")).is_ok_and(|cwd| cwd.starts_with(folder)) {
        return true;
    }
    let command = std::fs::read(format!("/proc/{number}/cmdline")).ok().or_else(|| {
        let output = Command::new("ps").args(["-o", "command=", "-p", &number.to_string()]).output().ok()?;
        Some(output.stdout)
    });
    command
        .is_some_and(|command| String::from_utf8_lossy(&command).contains(folder.to_string_lossy().as_ref()))
}

/// The children of a process. PostgreSQL's are in sessions of their own, so that no process group reaches them.
pub(crate) fn children(pid: Pid) -> Vec<Pid> {
    let number = pid.as_raw_nonzero();
    let text = std::fs::read_to_string(format!("/proc/{number}/task/{number}/children")).ok().or_else(|| {
        let output = Command::new("pgrep").args(["-P", &number.to_string()]).output().ok()?;
        String::from_utf8(output.stdout).ok()
    });
    let text = text.unwrap_or_default();
    text.split_whitespace().filter_map(|number| Pid::from_raw(number.parse().ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_whose_a_process_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new("sleep").arg("60").current_dir(folder.path()).spawn().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        assert!(belongs_to(pid, folder.path()));
        assert!(!belongs_to(pid, Path::new("/no/such/folder")));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_alive(pid));
        assert!(!belongs_to(pid, folder.path()));
    }

    #[tokio::test]
    async fn ends_a_leftover_and_leaves_a_stranger_alone() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let mut ours = Command::new("sleep").arg("60").current_dir(folder.path()).spawn().unwrap();
        let mut stranger = Command::new("sleep").arg("60").current_dir("/").spawn().unwrap();
        let grace = Duration::from_secs(10);

        std::fs::write(&pid_file, stranger.id().to_string()).unwrap();
        stop_leftover(folder.path(), &pid_file, StopSignal::Terminate, grace).await;
        assert!(stranger.try_wait().unwrap().is_none());

        std::fs::write(&pid_file, ours.id().to_string()).unwrap();
        stop_leftover(folder.path(), &pid_file, StopSignal::Terminate, grace).await;
        assert!(ours.try_wait().unwrap().is_some());

        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
