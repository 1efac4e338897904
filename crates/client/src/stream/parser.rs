//! Makes events of the bytes of a stream, however they are cut.

use bytes::{Buf as _, BytesMut};

use super::Incoming;
use crate::Error;

/// The longest line, and the most data of one event, that is read.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Holds what has come and makes no event yet.
#[derive(Default)]
pub(super) struct Parser {
    buffer: BytesMut,
    /// How much of the buffer is known to have no line feed.
    searched: usize,
    id: Option<String>,
    data: String,
}

impl Parser {
    /// More has come.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next event of what has come so far.
    pub(super) fn next(&mut self) -> Result<Option<Incoming>, Error> {
        while let Some(line) = self.line()? {
            if let Some(event) = self.take(&line)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    fn line(&mut self) -> Result<Option<String>, Error> {
        let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = self.buffer.len();
            return if self.searched > MAX_EVENT_BYTES { Err(too_long()) } else { Ok(None) };
        };
        let mut line = self.buffer.split_to(self.searched + end);
        self.buffer.advance(1);
        self.searched = 0;
        if line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        String::from_utf8(line.to_vec()).map(Some).map_err(|error| Error::Decode(error.to_string()))
    }

    /// Takes one line; the empty one ends an event.
    fn take(&mut self, line: &str) -> Result<Option<Incoming>, Error> {
        if line.is_empty() {
            let (id, data) = (self.id.take(), std::mem::take(&mut self.data));
            if data.is_empty() {
                return Ok(None);
            }
            let event = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
            return Ok(Some(Incoming { id, event }));
        }
        // A comment has no field before its colon: it keeps the connection alive and says nothing.
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.data.len() + value.len() > MAX_EVENT_BYTES {
                    return Err(too_long());
                }
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // The data says itself which event it is.
            _ => {}
        }
        Ok(None)
    }
}

fn too_long() -> Error {
    Error::Decode(format!("an event is longer than {MAX_EVENT_BYTES} bytes"))
}

#[cfg(test)]
mod tests {
    use argosy_wire::api::stream::StreamEvent;

    use super::*;

    #[test]
    fn events_come_whole_however_they_are_cut() {
        let text = ": watching\r\n\r\nevent: missed\ndata: {\"event\":\"missed\",\ndata: \"count\":3}\nid: 7-1\nretry\n\n";
        for cut in 0..text.len() {
            let mut parser = Parser::default();
            parser.extend(&text.as_bytes()[..cut]);
            assert_eq!(parser.next().unwrap(), None);
            parser.extend(&text.as_bytes()[cut..]);
            let event = parser.next().unwrap().unwrap();
            assert_eq!(event, Incoming { id: Some("7-1".into()), event: StreamEvent::Missed { count: 3 } });
            assert_eq!(parser.next().unwrap(), None);
        }
    }

    #[test]
    fn an_id_belongs_to_its_event_alone() {
        let mut parser = Parser::default();
        parser.extend(b"id: 1\n\ndata: {\"event\":\"missed\",\"count\":1}\n\n");
        assert_eq!(parser.next().unwrap().unwrap().id, None);
    }

    #[test]
    fn what_never_ends_is_refused() {
        let mut line = Parser::default();
        line.extend(&vec![b'x'; MAX_EVENT_BYTES + 1]);
        assert!(line.next().is_err());
        let mut event = Parser::default();
        let data = format!("data: {}\n", "x".repeat(1000));
        let result = (0..2 * MAX_EVENT_BYTES / 1000).try_for_each(|_| {
            event.extend(data.as_bytes());
            event.next().map(drop)
        });
        assert!(result.is_err());
    }

    #[test]
    fn other_data_is_an_error() {
        for text in [&b"data: {\"event\":\"other\"}\n\n"[..], b"data: \xff\n\n", b"data: {\n\n"] {
            let mut parser = Parser::default();
            parser.extend(text);
            assert!(matches!(parser.next(), Err(Error::Decode(_))));
        }
    }
}
