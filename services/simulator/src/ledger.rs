//! The file of what was acknowledged.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

use anyhow::Context as _;
use argosy_wire::{DeviceName, FleetName};

/// Numbers as runs without a break: first to last, both inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(BTreeMap<i64, i64>);

impl Ranges {
    /// Adds a run; what it overlaps or touches becomes one with it.
    pub fn add(&mut self, mut first: i64, mut last: i64) {
        while let Some((&start, &end)) = self.0.range(..=last.saturating_add(1)).next_back() {
            if end < first.saturating_sub(1) {
                break;
            }
            first = first.min(start);
            last = last.max(end);
            self.0.remove(&start);
        }
        self.0.insert(first, last);
    }

    /// The runs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.0.iter().map(|(first, last)| (*first, *last))
    }

    /// How many numbers.
    pub fn count(&self) -> i64 {
        self.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// The numbers that `other` lacks, as runs.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut missing = Self::default();
        for (first, last) in self.iter() {
            let mut next = first;
            let from = other.0.range(..=first).next_back().map_or(first, |(start, _)| *start);
            for (&start, &end) in other.0.range(from..=last) {
                if start > next {
                    missing.add(next, (start - 1).min(last));
                }
                next = next.max(end.saturating_add(1));
            }
            if next <= last {
                missing.add(next, last);
            }
        }
        missing
    }
}

/// Names a boot of a device.
pub(crate) type Stream = (FleetName, DeviceName, i64);

/// Collects what was acknowledged, and appends it to a file now and then.
#[derive(Debug)]
pub struct Ledger {
    file: Mutex<Option<File>>,
    fresh: Mutex<BTreeMap<Stream, Ranges>>,
}

impl Ledger {
    /// A ledger that appends to this file; that keeps nothing without one.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let open = |path: &Path| {
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .with_context(|| format!("cannot open the ledger {}", path.display()))
        };
        Ok(Self { file: Mutex::new(path.map(open).transpose()?), fresh: Mutex::default() })
    }

    /// A message was acknowledged.
    pub fn record(&self, fleet: &FleetName, device: &DeviceName, boot: i64, seq: i64) {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.entry((fleet.clone(), device.clone(), boot)).or_default().add(seq, seq);
    }

    /// Appends what came since the last time.
    pub fn flush(&self) -> anyhow::Result<()> {
        let fresh = std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = file.as_mut() else { return Ok(()) };
        let mut text = String::new();
        for ((fleet, device, boot), ranges) in fresh {
            for (first, last) in ranges.iter() {
                writeln!(text, "{fleet} {device} {boot} {first} {last}")?;
            }
        }
        file.write_all(text.as_bytes()).context("the ledger cannot be written")
    }

    /// Reads a ledger.
    pub fn read(path: &Path) -> anyhow::Result<BTreeMap<Stream, Ranges>> {
        let file = File::open(path).with_context(|| format!("cannot open the ledger {}", path.display()))?;
        let mut streams: BTreeMap<Stream, Ranges> = BTreeMap::new();
        let mut reader = BufReader::new(file);
        let mut line = String::new();
        for number in 1.. {
            line.clear();
            if reader.read_line(&mut line)? == 0 || !line.ends_with('\n') {
                break;
            }
            let (stream, first, last) = parse(&line)
                .with_context(|| format!("line {number} of {} is not one of a ledger", path.display()))?;
            streams.entry(stream).or_default().add(first, last);
        }
        Ok(streams)
    }
}

fn parse(line: &str) -> Option<(Stream, i64, i64)> {
    let mut words = line.split_ascii_whitespace();
    let fleet = words.next()?.parse().ok()?;
    let device = words.next()?.parse().ok()?;
    let mut number = || words.next()?.parse().ok();
    Some(((fleet, device, number()?), number()?, number()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_crash_costs_the_last_line_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger");
        std::fs::write(&path, "demo a 1 1 5\ndemo a 1 6 9\ndemo a 2 1").unwrap();
        let streams = Ledger::read(&path).unwrap();
        assert_eq!(streams.len(), 1);
        assert_eq!(streams.values().next().unwrap().iter().collect::<Vec<_>>(), [(1, 9)]);
        std::fs::write(&path, "demo a 1 x 5\n").unwrap();
        assert!(Ledger::read(&path).is_err());
    }

    #[test]
    fn what_is_recorded_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger");
        let (fleet, device) = ("demo".parse().unwrap(), "a".parse().unwrap());
        for run in 0..2 {
            let ledger = Ledger::open(Some(&path)).unwrap();
            for seq in [3, 1, 2, 7] {
                ledger.record(&fleet, &device, 9, seq + 10 * run);
            }
            ledger.flush().unwrap();
        }
        let streams = Ledger::read(&path).unwrap();
        let ranges = &streams[&(fleet, device, 9)];
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [(1, 3), (7, 7), (11, 13), (17, 17)]);
        assert_eq!(ranges.count(), 8);
    }

    proptest! {
        #[test]
        fn ranges_are_sets(one in prop::collection::vec((0_i64..60, 0_i64..6), 0..20), two in prop::collection::vec((0_i64..60, 0_i64..6), 0..20)) {
            let build = |runs: &[(i64, i64)]| {
                let (mut ranges, mut set) = (Ranges::default(), BTreeSet::new());
                for (first, length) in runs {
                    ranges.add(*first, first + length);
                    set.extend(*first..=first + length);
                }
                (ranges, set)
            };
            let ((one, one_set), (two, two_set)) = (build(&one), build(&two));
            let numbers = |ranges: &Ranges| ranges.iter().flat_map(|(first, last)| first..=last).collect::<BTreeSet<_>>();
            prop_assert_eq!(numbers(&one), one_set.clone());
            prop_assert_eq!(usize::try_from(one.count()), Ok(one_set.len()));
            prop_assert_eq!(numbers(&one.without(&two)), one_set.difference(&two_set).copied().collect::<BTreeSet<_>>());
        }
    }
}
