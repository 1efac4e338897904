//! A payload as a person can read it, whatever it holds.

use argosy_wire::api::dead_letter::DeadLetterDetail;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::format;

/// Characters of text that are shown.
const MAX_TEXT: usize = 16 * 1024;
/// Bytes that are shown in hex.
const MAX_HEX: usize = 4 * 1024;
/// Bytes on a line of hex.
const LINE: usize = 16;

/// A payload, ready to be shown; it is escaped like every text.
pub(super) struct Payload {
    /// As text: indented where it is JSON.
    pub(super) text: Option<String>,
    /// Whether the text is JSON.
    pub(super) is_json: bool,
    /// Offset, bytes in hex, and what of them can be printed.
    pub(super) hex: Vec<(String, String, String)>,
    /// What is not shown, in words.
    pub(super) cut: String,
}

impl Payload {
    /// Reads what the API kept.
    pub(super) fn new(found: &DeadLetterDetail) -> Self {
        let bytes = decode(found);
        let json = found
            .payload_text
            .as_deref()
            .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
        let pretty = json.as_ref().and_then(|json| serde_json::to_string_pretty(json).ok());
        let is_json = pretty.is_some();
        let text = pretty.or_else(|| found.payload_text.clone());
        let total = usize::try_from(found.dead_letter.payload_bytes).unwrap_or(bytes.len());
        let cut = match (bytes.len() < total, bytes.len() > MAX_HEX) {
            (true, _) => format!("Of {} the first {} are kept.", size(total), size(bytes.len())),
            (false, true) => format!("The first {} are shown; the download has all.", size(MAX_HEX)),
            (false, false) => String::new(),
        };
        Self { text: text.map(|text| shorten(&text)), is_json, hex: dump(&bytes), cut }
    }
}

/// The bytes that are kept.
pub(super) fn decode(found: &DeadLetterDetail) -> Vec<u8> {
    STANDARD.decode(&found.payload_base64).unwrap_or_default()
}

fn size(bytes: usize) -> String {
    format::bytes(i64::try_from(bytes).unwrap_or(i64::MAX))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn dump(bytes: &[u8]) -> Vec<(String, String, String)> {
    let printable =
        |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '·' };
    bytes[..bytes.len().min(MAX_HEX)]
        .chunks(LINE)
        .enumerate()
        .map(|(index, line)| {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            (format!("{:04x}", index * LINE), hex.join(" "), line.iter().map(printable).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_whatever_they_are() {
        let lines = dump(b"<b>\x00\xff0123456789abcdef");
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].0, "0000");
        assert!(lines[0].1.starts_with("3c 62 3e 00 ff 30"));
        assert!(lines[0].2.starts_with("<b>··0123"));
        assert_eq!(dump(&[0; MAX_HEX + 1]).len(), MAX_HEX / LINE);
        assert_eq!(shorten(&"ä".repeat(MAX_TEXT + 1)).chars().count(), MAX_TEXT + 1);
    }
}
