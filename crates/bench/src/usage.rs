//! What a process used: processor time and memory, by the kernel's account (proc(5)).

use std::{fs, time::Duration};

use argosy_backends::process::Process;

/// The kernel's unit of processor time, USER_HZ: 100 on every Linux that matters.
const TICKS_PER_SECOND: f64 = 100.0;

/// The number of a process that runs; 0, which is nobody's, of one that does not.
pub(crate) fn id(process: Option<&mut Process>) -> i32 {
    process.map_or(0, |process| process.id())
}

/// Processor time of a process and its descendants, those included that have ended.
pub(crate) fn cpu(pid: i32) -> Duration {
    Duration::from_secs_f64(ticks(pid) as f64 / TICKS_PER_SECOND)
}

fn ticks(pid: i32) -> u64 {
    // Its own in user and kernel mode, and that of children it has waited for: the 14th field and those after it.
    let own = stat(pid).map_or(0, |fields| fields.iter().skip(11).take(4).sum::<u64>());
    own + children(pid).into_iter().map(ticks).sum::<u64>()
}

/// Fields of `/proc/<pid>/stat` from the third on, as numbers.
fn stat(pid: i32) -> Option<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_ascii_whitespace().map(|field| field.parse().unwrap_or(0)).collect())
}

fn children(pid: i32) -> Vec<i32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_ascii_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// Lets [`peak_memory`] begin anew.
pub(crate) fn forget_peak(pid: i32) {
    // Where that is not allowed, the peak is that of the whole run, which is no less.
    let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
}

/// The most memory that a process ever held, in bytes.
pub(crate) fn peak_memory(pid: i32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}
