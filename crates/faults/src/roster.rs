//! Which processes run, and how much memory each takes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio_util::task::AbortOnDropHandle;

/// How often memory is looked at.
const INTERVAL: Duration = Duration::from_secs(2);

/// The parts that run now, by name. Cheap to clone; clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roster(Arc<Mutex<BTreeMap<String, Entry>>>);

#[derive(Debug, Default)]
struct Entry {
    pid: Option<i32>,
    memory: Memory,
}

/// Memory of a part over a run, in KiB: of all its processes together, what is shared counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Memory {
    /// The most that was seen.
    pub(crate) most: u64,
    /// The last that was seen.
    pub(crate) last: u64,
}

impl Roster {
    /// A part runs as this process, or does not.
    pub(crate) fn set(&self, name: &str, pid: Option<i32>) {
        self.lock().entry(name.to_owned()).or_default().pid = pid;
    }

    /// What was seen of each part.
    pub(crate) fn memory(&self) -> BTreeMap<String, Memory> {
        self.lock().iter().map(|(name, entry)| (name.clone(), entry.memory)).collect()
    }

    /// Looks at all parts every two seconds, for as long as the handle lives.
    pub(crate) fn watch(&self) -> AbortOnDropHandle<()> {
        let roster = self.clone();
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                roster.look();
            }
        }))
    }

    fn look(&self) {
        let running: Vec<(String, i32)> =
            self.lock().iter().filter_map(|(name, entry)| Some((name.clone(), entry.pid?))).collect();
        for (name, pid) in running {
            let Some(now) = family(pid).into_iter().filter_map(proportional).reduce(|sum, part| sum + part)
            else {
                continue;
            };
            let mut entries = self.lock();
            let memory = &mut entries.entry(name).or_default().memory;
            *memory = Memory { most: memory.most.max(now), last: now };
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process and its children.
fn family(pid: i32) -> Vec<i32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    std::iter::once(pid).chain(children).collect()
}

/// KiB of a process, with its part of what it shares.
fn proportional(pid: i32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_a_process_is_seen() {
        let roster = Roster::default();
        roster.set("this", i32::try_from(std::process::id()).ok());
        roster.set("none", None);
        roster.look();
        let memory = roster.memory();
        assert!(memory["this"].most > 500, "{memory:?}");
        assert_eq!(memory["none"], Memory::default());
    }
}
