//! The plainest form of a message: one that becomes a dead letter, if nothing better, whatever its payload is.

use argosy_wire::{
    batch::{BatchLine, write_base64_line},
    telemetry::MAX_PAYLOAD_BYTES,
};
use bytes::Bytes;

/// The line with its payload in base64, and no more of it than makes it too large to be stored.
pub(crate) fn line(line: &[u8]) -> Option<Bytes> {
    let parsed = BatchLine::parse(line.trim_ascii_end()).ok()?;
    let received_at = parsed.received_at.unwrap_or_default();
    let (topic, payload) = parsed.into_parts();
    let payload = payload.ok()?;
    let kept = payload.len().min(MAX_PAYLOAD_BYTES + 1);
    let mut plain = Vec::new();
    write_base64_line(&mut plain, &topic, received_at, &payload[..kept]);
    Some(plain.into())
}

#[cfg(test)]
mod tests {
    use argosy_wire::batch::write_line;

    use super::*;

    #[test]
    fn a_message_keeps_its_bytes_and_one_that_is_too_large_stays_so() {
        for (payload, kept) in [(br#"{"a": 1}"#.to_vec(), 8), (vec![b'1'; 200_000], MAX_PAYLOAD_BYTES + 1)] {
            let mut batch = Vec::new();
            write_line(&mut batch, "v1/demo/a/telemetry", 7, &payload);
            let plain = line(&batch).unwrap();
            let parsed = BatchLine::parse(plain.trim_ascii_end()).unwrap();
            assert!(parsed.payload.is_none());
            assert_eq!(parsed.received_at, Some(7));
            let (topic, carried) = parsed.into_parts();
            assert_eq!(topic, "v1/demo/a/telemetry");
            assert_eq!(carried.unwrap().as_ref(), &payload[..kept]);
        }
    }
}
