//! Events as they lie in memory and in Redis: a line each, which has the kind, the device, and what readers are sent.
//!
//! An event is written once, where it happened; replicas and readers pass its text on.

use std::{fmt::Write as _, mem};

use argosy_wire::api::stream::StreamEvent;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::id::EventId;

/// Where a chunk ends: what is read, kept and forgotten together.
const CHUNK_BYTES: usize = 16 * 1024;

/// What an event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventKind {
    /// A point was stored.
    Reading,
    /// A device went online or offline.
    Presence,
    /// A message arrived whose predecessors have not.
    Gap,
}

impl EventKind {
    /// Its name, which is the event's.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Presence => "presence",
            Self::Gap => "gap",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Self::Reading, Self::Presence, Self::Gap].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Some events of one fleet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// How many.
    pub(super) count: u64,
    /// A line each.
    pub(super) text: String,
}

/// Collects the events of one fleet that became visible together.
#[derive(Debug, Default)]
pub struct Events {
    chunks: Vec<Chunk>,
    second: Second,
}

impl Events {
    /// A point was stored; `values` is its JSON object, in one line.
    pub(crate) fn push_reading(
        &mut self,
        device: &str,
        ts: DateTime<Utc>,
        received_at: DateTime<Utc>,
        values: &str,
    ) {
        let mut second = mem::take(&mut self.second);
        let text = self.line();
        for part in ["reading ", device, " {\"event\":\"reading\",\"device\":\"", device, "\",\"ts\":\""] {
            text.push_str(part);
        }
        second.write(text, ts);
        text.push_str("\",\"received_at\":\"");
        second.write(text, received_at);
        for part in ["\",\"values\":", values, "}\n"] {
            text.push_str(part);
        }
        self.second = second;
    }

    /// Something else happened.
    pub(crate) fn push(&mut self, device: &str, event: &StreamEvent) {
        if let Ok(json) = serde_json::to_string(event) {
            let text = self.line();
            let _ = writeln!(text, "{} {device} {json}", event.name());
        }
    }

    /// Where the next line goes.
    fn line(&mut self) -> &mut String {
        if self.chunks.last().is_none_or(|chunk| chunk.text.len() >= CHUNK_BYTES) {
            self.chunks.push(Chunk::default());
        }
        let last = self.chunks.len() - 1;
        let chunk = &mut self.chunks[last];
        chunk.count += 1;
        &mut chunk.text
    }

    /// What was collected.
    pub(super) fn into_chunks(self) -> Vec<Chunk> {
        self.chunks
    }
}

/// The second that was written last: most of a batch's times share it.
#[derive(Debug, Default)]
struct Second {
    timestamp: i64,
    text: String,
}

impl Second {
    /// Appends a time as RFC 3339, with milliseconds.
    fn write(&mut self, text: &mut String, time: DateTime<Utc>) {
        if self.text.is_empty() || self.timestamp != time.timestamp() {
            self.timestamp = time.timestamp();
            self.text = time.format("%Y-%m-%dT%H:%M:%S.").to_string();
        }
        text.push_str(&self.text);
        let millis = time.timestamp_subsec_millis();
        if millis < 100 {
            text.push_str(if millis < 10 { "00" } else { "0" });
        }
        text.push_str(itoa::Buffer::new().format(millis));
        text.push('Z');
    }
}

/// A chunk with its place in the tail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The place of its last event.
    pub(super) last: EventId,
    /// The number of its first event.
    pub(super) first: u64,
    /// A line an event.
    pub(super) text: String,
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LiveEvent<'e> {
    /// Its place.
    pub(crate) id: EventId,
    /// What it tells of.
    pub(crate) kind: EventKind,
    /// The device.
    pub(crate) device: &'e str,
    /// What readers are sent.
    pub(crate) json: &'e str,
}

impl Entry {
    /// Its events.
    pub(crate) fn events(&self) -> impl Iterator<Item = LiveEvent<'_>> {
        let numbered = (self.first..).zip(self.text.lines());
        numbered.filter_map(|(number, line)| {
            let mut parts = line.splitn(3, ' ');
            let kind = EventKind::of(parts.next()?)?;
            let id = EventId { number, ..self.last };
            Some(LiveEvent { id, kind, device: parts.next()?, json: parts.next()? })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reading_is_written_as_wire_reads_it() {
        let time = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let mut events = Events::default();
        events.push_reading("truck-1", time(1_763_672_405_120), time(0), r#"{"a b":"c d","x":1.5}"#);
        let gap = StreamEvent::Gap { device: "truck-1".parse().unwrap(), boot: 1, first: 2, last: 3 };
        events.push("truck-1", &gap);
        let chunks = events.into_chunks();
        assert_eq!((chunks.len(), chunks[0].count), (1, 2));
        let last = EventId { epoch: 9, number: 5 };
        let entry = Entry { last, first: 4, text: chunks.into_iter().next().unwrap().text };
        let found: Vec<_> = entry.events().collect();
        let values = json!({"a b": "c d", "x": 1.5}).as_object().unwrap().clone();
        let reading = StreamEvent::Reading {
            device: "truck-1".parse().unwrap(),
            ts: time(1_763_672_405_120),
            received_at: time(0),
            values,
        };
        for (event, (number, expected)) in found.iter().zip([(4, reading), (5, gap)]) {
            assert_eq!((event.id.number, event.device), (number, "truck-1"));
            assert_eq!(event.kind.as_str(), expected.name());
            assert_eq!(serde_json::from_str::<StreamEvent>(event.json).unwrap(), expected);
        }
        assert!(found[0].json.contains(r#""ts":"2025-11-20T21:00:05.120Z""#), "{}", found[0].json);
    }

    #[test]
    fn times_are_written_as_chrono_writes_them() {
        let mut second = Second::default();
        for millis in [0, 7, 42, 999, 1_000, -1, -62_135_596_800_000, 1_763_672_405_120, 253_402_300_800_000]
        {
            let time = DateTime::from_timestamp_millis(millis).unwrap();
            let mut text = String::new();
            second.write(&mut text, time);
            assert_eq!(text, time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        }
    }

    #[test]
    fn chunks_are_bounded() {
        let mut events = Events::default();
        for _ in 0..1_000 {
            events.push_reading("a", Utc::now(), Utc::now(), &format!("{{\"v\":\"{}\"}}", "x".repeat(1_000)));
        }
        let chunks = events.into_chunks();
        assert_eq!(chunks.iter().map(|chunk| chunk.count).sum::<u64>(), 1_000);
        assert!(chunks.iter().all(|chunk| chunk.text.len() < CHUNK_BYTES + 2_000 && chunk.count > 0));
    }
}
