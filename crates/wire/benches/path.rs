//! What of the path of a reading is this crate's. Both harnesses measure these functions, so that they cannot drift apart.
//!
//! Each returns a number that depends on all of its work, and frees what it made.

use argosy_wire::{batch::BatchLine, telemetry::decode::Decoder};

pub(crate) use messages::{Published, batch, published};

#[path = "messages.rs"]
mod messages;

/// Writes messages as the lines of a batch, which is what ingest does.
pub(crate) fn write(messages: &[Published]) -> usize {
    batch(messages).len()
}

/// Reads the lines of a batch, as the API does with those that are not in the very form in which ingest writes them.
pub(crate) fn read(batch: &[u8]) -> usize {
    let lines = batch.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let parts = lines.filter_map(|line| BatchLine::parse(line).ok()).map(BatchLine::into_parts);
    parts.map(|(_, payload)| payload.map_or(0, |payload| payload.len())).sum()
}

/// Decodes the payloads of a batch, which is what the API does next.
pub(crate) fn decode(messages: &[Published]) -> usize {
    let mut decoder = Decoder::default();
    for message in messages {
        decoder.decode(&message.payload).expect("the messages are good ones");
    }
    decoder.text().len()
}
