//! Decodes telemetry payloads in one pass, into one text and a few flat lists for a whole batch.
//!
//! Values are written out again in a canonical form rather than kept as received: a number that a device spelled with ten
//! thousand digits, or a key spelled with escapes, would be a database error later, and there it would cost the whole batch.

mod visit;

use std::ops::Range;

use serde::de::DeserializeSeed as _;
use serde_json::de::Read;

use crate::{
    DeadLetterReason,
    telemetry::{MAX_PAYLOAD_BYTES, Sequence},
};

/// Why a payload cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Rejected {
    /// The reason under which it is kept.
    pub reason: DeadLetterReason,
    /// What is wrong with it, for a person; never longer than a few hundred bytes.
    pub detail: String,
}

/// A decoded message: ranges into its [`Decoder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its place in the device's life, where it has one.
    pub sequence: Option<Sequence>,
    /// Its points: a range of [`Decoder::points`].
    pub points: Range<usize>,
}

/// A decoded point: ranges into its [`Decoder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Milliseconds since 1970 by the device's clock; `None` where the message had none and arrival counts.
    pub ts: Option<i64>,
    /// The values as one JSON object: a range of [`Decoder::text`].
    pub values: Range<usize>,
    /// The values one by one: a range of [`Decoder::entries`].
    pub entries: Range<usize>,
}

/// One value of a point: ranges of [`Decoder::text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Range<usize>,
    /// The value as JSON.
    pub value: Range<usize>,
}

/// Decodes the messages of one batch into shared buffers.
#[derive(Debug, Default)]
pub struct Decoder {
    text: String,
    points: Vec<Point>,
    entries: Vec<Entry>,
}

impl Decoder {
    /// The canonical JSON of every message so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The points of every message so far.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The values of every message so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Decodes one payload. What a rejected payload wrote is taken back.
    pub fn decode(&mut self, payload: &[u8]) -> Result<Message, Rejected> {
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(too_large(payload.len()));
        }
        let (text, points, entries) = (self.text.len(), self.points.len(), self.entries.len());
        let decoded = match str::from_utf8(payload) {
            // To check all of it at once costs a tenth of checking every string.
            Ok(payload) => self.read(serde_json::Deserializer::from_str(payload)),
            // That fails, too, and says where.
            Err(_) => self.read(serde_json::Deserializer::from_slice(payload)),
        };
        decoded.map_err(|error| {
            self.text.truncate(text);
            self.points.truncate(points);
            self.entries.truncate(entries);
            rejected(&error)
        })
    }

    fn read<'p>(
        &mut self,
        mut json: serde_json::Deserializer<impl Read<'p>>,
    ) -> Result<Message, serde_json::Error> {
        let message = visit::MessageSeed { decoder: self }.deserialize(&mut json)?;
        json.end()?;
        Ok(message)
    }
}

/// The rejection of a payload of `bytes` bytes.
pub fn too_large(bytes: usize) -> Rejected {
    Rejected {
        reason: DeadLetterReason::TooLarge,
        detail: format!("the payload has {bytes} bytes, more than {MAX_PAYLOAD_BYTES}"),
    }
}

/// The rejection that a JSON error means: broken syntax is not JSON, everything else is JSON of another shape.
pub fn rejected(error: &serde_json::Error) -> Rejected {
    let reason = match error.classify() {
        serde_json::error::Category::Data => DeadLetterReason::BadMessage,
        _ => DeadLetterReason::NotJson,
    };
    let mut detail = error.to_string();
    if detail.len() > 300 {
        let end = (0..=300).rev().find(|&index| detail.is_char_boundary(index)).unwrap_or(0);
        detail.truncate(end);
    }
    Rejected { reason, detail }
}

#[cfg(test)]
mod tests;
