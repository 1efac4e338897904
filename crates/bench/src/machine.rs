//! What is measured on.

use std::process::Command;

use chrono::Utc;

use crate::results::Machine;

/// This machine, and the versions of what is on it.
pub(crate) fn describe() -> Machine {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("unknown");
    let servers = [("psql", "--version"), ("mosquitto", "-h"), ("redis-server", "--version")];
    Machine {
        date: Utc::now().format("%Y-%m-%d").to_string(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        system: system.trim_matches('"').to_owned(),
        servers: servers.into_iter().filter_map(|(program, option)| first_line(program, option)).collect(),
    }
}

/// What a program says of itself, as Debian finds its servers.
fn first_line(program: &str, option: &str) -> Option<String> {
    let path = format!("{}:/usr/sbin:/usr/local/sbin", std::env::var("PATH").unwrap_or_default());
    let output = Command::new(program).arg(option).env("PATH", path).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next()?;
    // What packagers and builds add after the version.
    let end = [" (Debian", " (Ubuntu", " sha="].iter().filter_map(|mark| line.find(mark)).min();
    Some(line[..end.unwrap_or(line.len())].to_owned())
}
