//! One line of `POST /api/v1/ingest` (`application/x-ndjson`): a message as it arrived.
//!
//! ```json
//! {"topic":"v1/demo/truck-0001/telemetry","received_at":1763672405200,"payload":{"speed":12.5}}
//! ```
//!
//! A payload that is not JSON travels as `payload_base64`, so that it can become a dead letter with its exact bytes.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memchr2;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{DeviceName, FleetName, receipt::Receipt};

/// The media type of a batch.
pub const CONTENT_TYPE: &str = "application/x-ndjson";

/// The most lines in one batch.
pub const MAX_LINES: usize = 20_000;

/// The largest batch, in bytes.
pub const MAX_BATCH_BYTES: usize = 32 * 1024 * 1024;

/// One line, borrowed from the batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchLine<'a> {
    /// The MQTT topic the message arrived on.
    #[serde(borrow)]
    pub topic: Cow<'a, str>,
    /// Milliseconds since 1970 when ingest received it; where it is missing the API's own clock counts.
    #[serde(default)]
    pub received_at: Option<i64>,
    /// The payload, where it is JSON.
    #[serde(borrow, default)]
    pub payload: Option<&'a RawValue>,
    /// The payload, where it is not.
    #[serde(borrow, default)]
    pub payload_base64: Option<Cow<'a, str>>,
}

/// A line that is no message.
#[derive(Debug, thiserror::Error)]
pub enum InvalidLine {
    /// The line is not the JSON object that [`BatchLine`] describes.
    #[error("the line is not a batch line: {0}")]
    Json(#[from] serde_json::Error),
    /// Neither or both of `payload` and `payload_base64`.
    #[error("a line has either payload or payload_base64")]
    Payload,
    /// `payload_base64` is not base64.
    #[error("payload_base64 is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
}

impl<'a> BatchLine<'a> {
    /// Reads one line.
    pub fn parse(line: &'a [u8]) -> Result<Self, InvalidLine> {
        let line: Self = serde_json::from_slice(line)?;
        if line.payload.is_some() == line.payload_base64.is_some() {
            return Err(InvalidLine::Payload);
        }
        Ok(line)
    }

    /// The topic, and the payload's bytes as published.
    pub fn into_parts(self) -> (Cow<'a, str>, Result<Cow<'a, [u8]>, InvalidLine>) {
        let payload = match (self.payload, &self.payload_base64) {
            (Some(raw), None) => Ok(Cow::Borrowed(raw.get().as_bytes())),
            (None, Some(text)) => STANDARD.decode(text.as_bytes()).map(Cow::Owned).map_err(Into::into),
            _ => Err(InvalidLine::Payload),
        };
        (self.topic, payload)
    }
}

/// A line in the very form in which [`write_line`] writes it, taken apart without reading its payload.
///
/// Where `payload` is JSON, and only there, the line is one that [`BatchLine::parse`] reads as the same: this is for a reader that
/// looks at the payload next anyway, and reads the line again where that is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainLine<'a> {
    /// See [`BatchLine::topic`].
    pub topic: &'a str,
    /// See [`BatchLine::received_at`].
    pub received_at: i64,
    /// The payload, if it is JSON.
    pub payload: &'a [u8],
}

impl<'a> PlainLine<'a> {
    /// Takes a line apart; nothing where it is written in any other way.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let line = line.strip_prefix(TOPIC)?.strip_prefix(b"\"")?;
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        let (topic, line) = line.split_at(line.iter().position(|byte| !is_plain(byte))?);
        let line = line.strip_prefix(b"\"")?.strip_prefix(RECEIVED_AT)?;
        let (digits, line) = line.split_at(line.iter().position(|byte| !byte.is_ascii_digit())?);
        let payload = line.strip_prefix(b",")?.strip_prefix(PAYLOAD)?.strip_suffix(b"}")?;
        // JSON knows no numbers that begin with 0.
        if digits.first() == Some(&b'0') || !has_ends(payload) {
            return None;
        }
        Some(Self {
            topic: str::from_utf8(topic).ok()?,
            received_at: str::from_utf8(digits).ok()?.parse().ok()?,
            payload,
        })
    }
}

const TOPIC: &[u8] = b"{\"topic\":";
const RECEIVED_AT: &[u8] = b",\"received_at\":";
const PAYLOAD: &[u8] = b"\"payload\":";

/// Whether there is something, and no white space around it.
fn has_ends(payload: &[u8]) -> bool {
    let is_some = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_whitespace());
    is_some(payload.first()) && is_some(payload.last())
}

/// Appends one line, with its line feed. The payload goes in as it is where it is JSON on one line, else as base64.
pub fn write_line(batch: &mut Vec<u8>, topic: &str, received_at: i64, payload: &[u8]) {
    match embeddable(payload) {
        Some(json) => {
            write_start(batch, topic, received_at);
            batch.extend_from_slice(PAYLOAD);
            batch.extend_from_slice(json.as_bytes());
            batch.extend_from_slice(b"}\n");
        }
        None => write_base64_line(batch, topic, received_at, payload),
    }
}

/// Appends one line whose payload is in base64, whatever it is.
pub fn write_base64_line(batch: &mut Vec<u8>, topic: &str, received_at: i64, payload: &[u8]) {
    write_start(batch, topic, received_at);
    batch.extend_from_slice(b"\"payload_base64\":\"");
    batch.extend_from_slice(STANDARD.encode(payload).as_bytes());
    batch.extend_from_slice(b"\"}\n");
}

fn write_start(batch: &mut Vec<u8>, topic: &str, received_at: i64) {
    batch.extend_from_slice(TOPIC);
    // Topics come from the broker and may hold anything that MQTT allows.
    serde_json::to_writer(&mut *batch, topic).expect("writing text to memory cannot fail");
    batch.extend_from_slice(RECEIVED_AT);
    batch.extend_from_slice(itoa::Buffer::new().format(received_at).as_bytes());
    batch.push(b',');
}

/// The payload as text, where it can stand in a line without changing it.
fn embeddable(payload: &[u8]) -> Option<&str> {
    let plain = has_ends(payload)
        && memchr2(b'\n', b'\r', payload).is_none()
        // serde_json reads a `null` payload as an absent one.
        && payload != b"null";
    if !plain {
        return None;
    }
    serde_json::from_slice::<&RawValue>(payload).ok().map(RawValue::get)
}

/// What became of a batch: the answer of `POST /api/v1/ingest`. It is sent after the commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngestResponse {
    /// Messages stored now.
    #[cfg_attr(feature = "openapi", schema(example = 1998))]
    pub stored: u64,
    /// Messages that were in the database already.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub duplicate: u64,
    /// Messages kept as dead letters.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub dead_lettered: u64,
    /// By device and boot, what is committed; only where it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<IngestReceipt>,
}

/// A receipt, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngestReceipt {
    /// The fleet.
    pub fleet: FleetName,
    /// The device.
    pub device: DeviceName,
    /// What it may forget.
    pub receipt: Receipt,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(payload: &[u8]) -> Vec<u8> {
        let mut batch = Vec::new();
        write_line(&mut batch, "v1/demo/a/telemetry", 5, payload);
        batch
    }

    #[test]
    fn json_travels_as_it_is() {
        let line = line(br#"{"a": 1}"#);
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "{\"topic\":\"v1/demo/a/telemetry\",\"received_at\":5,\"payload\":{\"a\": 1}}\n"
        );
    }

    #[test]
    fn half_a_line_and_other_shapes_are_refused() {
        for text in [
            "",
            "{",
            r#"{"topic":"t"}"#,
            r#"{"topic":"t","payload":1,"payload_base64":"AA=="}"#,
            r#"{"topic":"t","payload":1,"x":1}"#,
            r#"{"topic":1,"payload":1}"#,
        ] {
            assert!(BatchLine::parse(text.as_bytes()).is_err(), "{text}");
        }
        let line = BatchLine::parse(br#"{"topic":"t","payload_base64":"!"}"#).unwrap();
        assert!(line.into_parts().1.is_err());
    }

    /// What a plain line seems to be, it is, once its payload turns out to be JSON.
    fn check_plain(line: &[u8]) {
        let Some(plain) = PlainLine::parse(line) else { return };
        if serde_json::from_slice::<&RawValue>(plain.payload).is_ok() && plain.payload != b"null" {
            let read = BatchLine::parse(line).unwrap();
            assert_eq!(read.received_at, Some(plain.received_at));
            let (topic, payload) = read.into_parts();
            assert_eq!((topic.as_ref(), payload.unwrap().as_ref()), (plain.topic, plain.payload));
        }
    }

    #[test]
    fn only_what_write_line_writes_is_plain() {
        let start = r#"{"topic":"v1/demo/a/telemetry","received_at":5,"payload":"#;
        let written = format!(r#"{start}{{"a": 1}}}}"#);
        let plain = PlainLine::parse(written.as_bytes()).unwrap();
        assert_eq!(
            (plain.topic, plain.received_at, plain.payload),
            ("v1/demo/a/telemetry", 5, &b"{\"a\": 1}"[..])
        );
        for other in [
            r#"{"topic":"a\"b","received_at":5,"payload":1}"#,
            r#"{"topic":"\u0061","received_at":5,"payload":1}"#,
            r#"{"topic":"ä","received_at":5,"payload":1}"#,
            r#"{"topic":"t","received_at":05,"payload":1}"#,
            r#"{"topic":"t","received_at":-5,"payload":1}"#,
            r#"{"topic":"t","received_at":5.5,"payload":1}"#,
            r#"{"topic":"t","received_at":99999999999999999999,"payload":1}"#,
            r#"{"topic":"t","received_at":,"payload":1}"#,
            r#"{"topic":"t","payload":1}"#,
            r#"{"topic":"t","received_at":5,"payload": 1}"#,
            r#"{"topic":"t","received_at":5,"payload":1 }"#,
            r#"{"topic":"t","received_at":5,"payload":}"#,
            r#"{"topic":"t","received_at":5,"payload_base64":"AA=="}"#,
        ] {
            assert_eq!(PlainLine::parse(other.as_bytes()), None, "{other}");
        }
        for payload in
            ["1", "null", r#"1,"x":1"#, r#"1,"payload":2"#, r#"1,"topic":"u""#, "{", "}", "1}{", r#""a"#]
        {
            check_plain(format!("{start}{payload}}}").as_bytes());
        }
    }

    proptest! {
        #[test]
        fn a_plain_line_is_what_it_seems(payload in prop::collection::vec(prop::sample::select(br#"{}[]",:1a\ "#.to_vec()), 0..12)) {
            let mut line = br#"{"topic":"t","received_at":5,"payload":"#.to_vec();
            line.extend(&payload);
            line.push(b'}');
            check_plain(&line);
        }

        #[test]
        fn every_payload_arrives_byte_for_byte(payload in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            "[ \\n\\r\\t]{0,2}(\\{\"a\": ?[0-9]{1,3}\\}|null|\\[1,2\\]|[a-z]{0,5})[ \\n\\r\\t]{0,2}".prop_map(String::into_bytes),
        ], topic in "[^\0]{0,20}") {
            let mut batch = Vec::new();
            write_line(&mut batch, &topic, 7, &payload);
            prop_assert_eq!(batch.iter().position(|byte| *byte == b'\n'), Some(batch.len() - 1));
            let line = BatchLine::parse(&batch[..batch.len() - 1]).unwrap();
            prop_assert_eq!(line.received_at, Some(7));
            let (read_topic, carried) = line.into_parts();
            prop_assert_eq!(read_topic.as_ref(), topic.as_str());
            let carried = carried.unwrap();
            prop_assert_eq!(carried.as_ref(), payload.as_slice());
        }
    }
}
