//! The servers themselves: they start, break, come back, and end with their owner.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod broker;
mod device;
mod folder;
mod owner;
mod ports;
mod postgres;
mod redis;

/// The user that a process runs as.
fn user_of(pid: i32) -> String {
    let output =
        std::process::Command::new("ps").args(["-o", "uid=", "-p", &pid.to_string()]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Whether a process runs.
fn is_alive(pid: i32) -> bool {
    let output =
        std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

fn is_root() -> bool {
    argosy_backends::user::unprivileged().unwrap().is_some()
}
