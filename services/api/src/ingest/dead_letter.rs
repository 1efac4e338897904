//! The dead letter that a refused message becomes.

use std::borrow::Cow;

use argosy_wire::{telemetry::MAX_PAYLOAD_BYTES, topic::Topic};
use sha2::{Digest as _, Sha256};

use crate::{
    db::batch::dead_letters::DeadLetterRow,
    ingest::{Message, plan::Refusal},
};

/// The longest topic that is kept, in characters; longer ones are cut.
const MAX_TOPIC_CHARS: usize = 512;

/// The row of a refused message.
pub(super) fn row<'m>(message: &'m Message<'_>, refusal: &'m Refusal) -> DeadLetterRow<'m> {
    let payload = message.bytes();
    let reason = refusal.rejected.reason.as_str();
    let mut digest = Sha256::new();
    for part in [message.topic.as_bytes(), reason.as_bytes(), payload] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    DeadLetterRow {
        fleet_id: refusal.fleet_id,
        device_name: Topic::parse(&message.topic).ok().map(|topic| topic.device),
        topic: storable(&message.topic, MAX_TOPIC_CHARS),
        reason,
        detail: storable(&refusal.rejected.detail, usize::MAX),
        received_at: message.received_at,
        last_received_at: message.received_at,
        occurrences: 1,
        payload: &payload[..payload.len().min(MAX_PAYLOAD_BYTES)],
        payload_bytes: i64::try_from(payload.len()).unwrap_or(i64::MAX),
        digest: digest.finalize().into(),
    }
}

/// Text as PostgreSQL takes it: no zero characters.
fn storable(text: &str, max_chars: usize) -> Cow<'_, str> {
    if text.len() <= max_chars && !text.contains('\0') {
        return Cow::Borrowed(text);
    }
    text.chars()
        .take(max_chars)
        .map(|character| if character == '\0' { '\u{fffd}' } else { character })
        .collect()
}
