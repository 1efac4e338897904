//! The file of what was acknowledged.

mod ranges;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Context as _;
use argosy_wire::{DeviceName, FleetName};

pub use ranges::Ranges;

/// No line is longer: two names of at most 63 letters, three numbers and a word.
const LONGEST_LINE: u64 = 256;
/// Ends a line that is about payloads without sense.
const POISON: &str = "poison";

/// Names a boot of a device.
pub type Stream = (FleetName, DeviceName, i64);

/// Collects what was acknowledged, and appends it to a file now and then.
#[derive(Debug)]
pub struct Ledger {
    file: Option<Mutex<File>>,
    streams: Mutex<Vec<Arc<LedgerStream>>>,
}

/// What was acknowledged to one boot of a device and is not in the file yet.
#[derive(Debug)]
pub struct LedgerStream {
    /// How its lines begin.
    name: String,
    fresh: Mutex<Ranges>,
    /// The same of payloads without sense, which have numbers of their own.
    poison: Mutex<Ranges>,
}

impl Ledger {
    /// A ledger that appends to this file; that keeps nothing without one.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let open = |path: &Path| {
            let file = File::options().create(true).read(true).append(true).open(path);
            file.and_then(|mut file| forget_half_a_line(&mut file).map(|()| Mutex::new(file)))
                .with_context(|| format!("cannot open the ledger {}", path.display()))
        };
        Ok(Self { file: path.map(open).transpose()?, streams: Mutex::default() })
    }

    /// The part of a boot of a device.
    pub fn stream(&self, fleet: &FleetName, device: &DeviceName, boot: i64) -> Arc<LedgerStream> {
        let name = format!("{fleet} {device} {boot}");
        let stream = Arc::new(LedgerStream { name, fresh: Mutex::default(), poison: Mutex::default() });
        lock(&self.streams).push(Arc::clone(&stream));
        stream
    }

    /// Appends what came since the last time.
    pub fn flush(&self) -> anyhow::Result<()> {
        let mut text = String::new();
        for stream in lock(&self.streams).iter() {
            let fresh = std::mem::take(&mut *lock(&stream.fresh));
            for (first, last) in fresh.iter() {
                writeln!(text, "{} {first} {last}", stream.name)?;
            }
            let poison = std::mem::take(&mut *lock(&stream.poison));
            for (first, last) in poison.iter() {
                writeln!(text, "{} {first} {last} {POISON}", stream.name)?;
            }
        }
        let Some(file) = &self.file else { return Ok(()) };
        lock(file).write_all(text.as_bytes()).context("the ledger cannot be written")
    }

    /// Reads a ledger: the messages.
    pub fn read(path: &Path) -> anyhow::Result<BTreeMap<Stream, Ranges>> {
        Self::read_lines(path, false)
    }

    /// Reads a ledger: the payloads without sense, by the number that each carries as `poison-<boot>-<number>`.
    pub fn read_poison(path: &Path) -> anyhow::Result<BTreeMap<Stream, Ranges>> {
        Self::read_lines(path, true)
    }

    fn read_lines(path: &Path, poison: bool) -> anyhow::Result<BTreeMap<Stream, Ranges>> {
        let file = File::open(path).with_context(|| format!("cannot open the ledger {}", path.display()))?;
        let mut streams: BTreeMap<Stream, Ranges> = BTreeMap::new();
        let mut reader = BufReader::new(file);
        let mut line = String::new();
        for number in 1.. {
            line.clear();
            if reader.read_line(&mut line)? == 0 || !line.ends_with('\n') {
                break;
            }
            let (stream, first, last, is_poison) = parse(&line)
                .with_context(|| format!("line {number} of {} is not one of a ledger", path.display()))?;
            if is_poison == poison {
                streams.entry(stream).or_default().add(first, last);
            }
        }
        Ok(streams)
    }
}

impl LedgerStream {
    /// A message was acknowledged.
    pub fn record(&self, seq: i64) {
        lock(&self.fresh).insert(seq);
    }

    /// A payload without sense was acknowledged.
    pub fn record_poison(&self, number: i64) {
        lock(&self.poison).insert(number);
    }
}

/// A crash may have left half a line, which must not run into the next one.
fn forget_half_a_line(file: &mut File) -> io::Result<()> {
    let length = file.metadata()?.len();
    let start = length.saturating_sub(LONGEST_LINE);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut tail)?;
    let end = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position as u64 + 1);
    if start > 0 && end == 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no ledger"));
    }
    if start + end < length { file.set_len(start + end) } else { Ok(()) }
}

fn parse(line: &str) -> Option<(Stream, i64, i64, bool)> {
    let mut words = line.split_ascii_whitespace();
    let fleet = words.next()?.parse().ok()?;
    let device = words.next()?.parse().ok()?;
    let mut number = || words.next()?.parse().ok();
    let (boot, first, last) = (number()?, number()?, number()?);
    let is_poison = match words.next() {
        None => false,
        Some(word) if word == POISON => true,
        Some(_) => return None,
    };
    Some(((fleet, device, boot), first, last, is_poison))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(path: &Path) -> Vec<(i64, i64)> {
        Ledger::read(path).unwrap().values().flat_map(Ranges::iter).collect()
    }

    #[test]
    fn a_crash_costs_the_last_line_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger");
        std::fs::write(&path, "demo a 1 1 5\ndemo a 1 6 9\ndemo a 2 1").unwrap();
        assert_eq!(runs(&path), [(1, 9)]);
        // The next run goes on after the last whole line.
        let ledger = Ledger::open(Some(&path)).unwrap();
        ledger.stream(&"demo".parse().unwrap(), &"a".parse().unwrap(), 1).record(11);
        ledger.flush().unwrap();
        assert_eq!(runs(&path), [(1, 9), (11, 11)]);
    }

    #[test]
    fn another_file_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger");
        std::fs::write(&path, "demo a 1 x 5\n").unwrap();
        assert!(Ledger::read(&path).is_err());
        let text = "no line of a ledger is as long as this".repeat(20);
        std::fs::write(&path, &text).unwrap();
        assert!(Ledger::open(Some(&path)).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn payloads_without_sense_are_numbers_of_their_own() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger");
        let ledger = Ledger::open(Some(&path)).unwrap();
        let stream = ledger.stream(&"demo".parse().unwrap(), &"a".parse().unwrap(), 9);
        stream.record(1);
        stream.record_poison(1);
        stream.record_poison(2);
        ledger.flush().unwrap();
        assert_eq!(runs(&path), [(1, 1)]);
        let poison = Ledger::read_poison(&path).unwrap();
        assert_eq!(poison.values().flat_map(Ranges::iter).collect::<Vec<_>>(), [(1, 2)]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "demo a 9 1 1\ndemo a 9 1 2 poison\n");
        std::fs::write(&path, "demo a 9 1 2 medicine\n").unwrap();
        assert!(Ledger::read(&path).is_err());
    }

    #[test]
    fn what_is_recorded_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger");
        for run in 0..2 {
            let ledger = Ledger::open(Some(&path)).unwrap();
            let stream = ledger.stream(&"demo".parse().unwrap(), &"a".parse().unwrap(), 9);
            for seq in [3, 1, 2, 7] {
                stream.record(seq + 10 * run);
            }
            ledger.flush().unwrap();
            ledger.flush().unwrap();
        }
        assert_eq!(runs(&path), [(1, 3), (7, 7), (11, 13), (17, 17)]);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 4);
    }
}
