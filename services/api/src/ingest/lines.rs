//! From a request's body to messages.

use std::borrow::Cow;

use argosy_wire::{
    DeadLetterReason,
    batch::{BatchLine, InvalidLine, MAX_LINES, PlainLine},
    telemetry::decode::{Rejected, rejected},
};
use chrono::{DateTime, Utc};
use memchr::memchr_iter;

use crate::{ingest::Message, problem::ApiError};

/// Why a batch is refused as a whole.
#[derive(Debug, thiserror::Error)]
pub enum InvalidBatch {
    /// It has no lines.
    #[error("The batch is empty: send one JSON object a line.")]
    Empty,
    /// It has more lines than [`MAX_LINES`].
    #[error("A batch has at most {MAX_LINES} lines. Nothing of it was stored; send it in parts.")]
    TooLong,
}

impl From<InvalidBatch> for ApiError {
    fn from(error: InvalidBatch) -> Self {
        let detail = error.to_string();
        match error {
            InvalidBatch::Empty => Self::BadRequest(detail),
            InvalidBatch::TooLong => Self::TooLarge(detail),
        }
    }
}

/// The topic under which a line is kept that names none.
const NO_TOPIC: &str = "";

/// The messages of a batch. A line that is no message becomes one that is refused; only a batch that is empty, or longer
/// than [`MAX_LINES`], is refused as a whole.
pub fn parse(body: &[u8], now: DateTime<Utc>) -> Result<Vec<Message<'_>>, InvalidBatch> {
    let mut messages = Vec::with_capacity(body.len() / 128);
    let mut start = 0;
    for end in memchr_iter(b'\n', body).chain([body.len()]) {
        let line = body[start..end].trim_ascii();
        start = end + 1;
        if line.is_empty() {
            continue;
        }
        if messages.len() == MAX_LINES {
            return Err(InvalidBatch::TooLong);
        }
        messages.push(take_apart(line, now).unwrap_or_else(|| message(line, now)));
    }
    if messages.is_empty() {
        return Err(InvalidBatch::Empty);
    }
    Ok(messages)
}

/// A message without a look into its payload, which triage decodes soon, where the line is written as ingest writes it. To read it
/// twice cost as much as everything else before the transaction.
fn take_apart(line: &[u8], now: DateTime<Utc>) -> Option<Message<'_>> {
    let PlainLine { topic, received_at, payload } = PlainLine::parse(line)?;
    let received_at = DateTime::from_timestamp_millis(received_at)?.min(now);
    let (topic, payload) = (Cow::Borrowed(topic), Ok(Cow::Borrowed(payload)));
    Some(Message { topic, received_at, payload, raw: line, unread: Some(now) })
}

/// Reads the whole line of a message that was only taken apart, and turned out not to be valid; returns whether there was more to
/// read.
pub(super) fn read_whole(unread: &mut Message<'_>) -> bool {
    let Some(now) = unread.unread else { return false };
    *unread = message(unread.raw, now);
    true
}

fn message(line: &[u8], now: DateTime<Utc>) -> Message<'_> {
    let parsed = match BatchLine::parse(line) {
        Ok(parsed) => parsed,
        Err(error) => return refused(Cow::Borrowed(NO_TOPIC), now, line, &error),
    };
    // An arrival in the future is a clock that is ahead of ours.
    let received_at = parsed.received_at.and_then(DateTime::from_timestamp_millis).unwrap_or(now).min(now);
    match parsed.into_parts() {
        (topic, Ok(payload)) => Message { topic, received_at, payload: Ok(payload), raw: line, unread: None },
        (topic, Err(error)) => refused(topic, received_at, line, &error),
    }
}

fn refused<'a>(
    topic: Cow<'a, str>,
    received_at: DateTime<Utc>,
    line: &'a [u8],
    error: &InvalidLine,
) -> Message<'a> {
    let rejected = match error {
        InvalidLine::Json(error) => rejected(error),
        InvalidLine::Payload | InvalidLine::Base64(_) => {
            Rejected { reason: DeadLetterReason::BadMessage, detail: error.to_string() }
        }
    };
    Message { topic, received_at, payload: Err(rejected), raw: line, unread: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_costs_only_itself() {
        let body = b"{\"topic\":\"v1/a/b/telemetry\",\"payload\":{\"x\":1}}\r\n\n{\"topic\":\"v1/a/b/tele";
        let now = DateTime::from_timestamp_millis(1_000).unwrap();
        let messages = parse(body, now).unwrap();
        assert_eq!(messages.len(), 2);
        assert_eq!(messages[0].payload.as_deref().unwrap(), br#"{"x":1}"#);
        assert_eq!(messages[0].received_at, now);
        assert_eq!(messages[1].payload.as_ref().unwrap_err().reason, DeadLetterReason::NotJson);
        assert_eq!(messages[1].bytes(), b"{\"topic\":\"v1/a/b/tele");
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        let now = Utc::now();
        assert!(matches!(parse(b"\n \r\n", now), Err(InvalidBatch::Empty)));
        let many = "{}\n".repeat(MAX_LINES + 1);
        assert!(matches!(parse(many.as_bytes(), now), Err(InvalidBatch::TooLong)));
    }

    #[test]
    fn arrival_is_never_in_the_future() {
        let now = DateTime::from_timestamp_millis(1_000).unwrap();
        let line = br#"{"topic":"t","received_at":9000,"payload":1}"#;
        assert_eq!(parse(line, now).unwrap()[0].received_at, now);
    }
}
