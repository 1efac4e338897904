//! A view of mounts of this process's own, so that what it mounts ends with it, however it ends.

use std::{
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
};

/// Tells the second start that it has its own view.
const MARK: &str = "ARGOSY_FAULTS_OWN_MOUNTS";

/// Starts this program again in its own view of mounts, where it may: as root, on Linux. Returns where it may not, or has it.
pub fn own() {
    if has_own() || !is_possible() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = unshare();
    command.arg(program).args(std::env::args_os().skip(1)).env(MARK, "yes");
    // It returns only where it fails, and then the run goes on without a disk of its own.
    let _ = command.exec();
}

/// Whether this process has its own view.
pub fn has_own() -> bool {
    std::env::var_os(MARK).is_some()
}

fn is_possible() -> bool {
    let mut command = unshare();
    command.arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    rustix::process::geteuid().is_root() && command.status().is_ok_and(|status| status.success())
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--"]);
    command
}
