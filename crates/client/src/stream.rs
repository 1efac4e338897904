//! The live tail, by Server-Sent Events (WHATWG HTML, section 9.2).

use std::{pin::Pin, str};

use argosy_wire::api::stream::StreamEvent;
use bytes::BytesMut;
use futures::{Stream, StreamExt as _, stream};
use reqwest::{Method, Response};

use crate::{Client, Error, request::send};

/// The longest line that is read.
const MAX_LINE_BYTES: usize = 1024 * 1024;

/// What to watch.
#[derive(Debug, Clone, Default)]
pub struct WatchStream {
    /// These devices; all where it is empty.
    pub devices: Vec<String>,
    /// Devices with all of these labels, each `key:value`.
    pub labels: Vec<String>,
    /// These kinds of events; all where it is empty.
    pub kinds: Vec<String>,
    /// The id last seen, to go on from there.
    pub last_event_id: Option<String>,
}

/// An event, and the id to come back with.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The id, where the event has one.
    pub id: Option<String>,
    /// The event.
    pub event: StreamEvent,
}

/// Events as they come; it ends when the API drains, and the caller may come back.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Incoming, Error>> + Send>>;

impl Client {
    /// `GET /stream`, as it comes over the wire: for a proxy.
    pub async fn open_stream(&self, watch: &WatchStream) -> Result<Response, Error> {
        let mut query: Vec<(&str, &str)> = watch.devices.iter().map(|device| ("device", device.as_str())).collect();
        query.extend(watch.labels.iter().map(|label| ("label", label.as_str())));
        query.extend(watch.kinds.iter().map(|kind| ("kind", kind.as_str())));
        let mut request = self.open_request(Method::GET, "stream")?.query(&query);
        if let Some(id) = &watch.last_event_id {
            request = request.header("last-event-id", id);
        }
        send(request).await
    }

    /// `GET /stream`
    pub async fn watch(&self, watch: &WatchStream) -> Result<EventStream, Error> {
        let response = self.open_stream(watch).await?;
        let start = (response.bytes_stream(), Parser::default());
        let events = stream::unfold(start, |(mut body, mut parser)| async move {
            loop {
                match parser.next() {
                    Ok(Some(event)) => return Some((Ok(event), (body, parser))),
                    Err(error) => return Some((Err(error), (body, parser))),
                    Ok(None) => {}
                }
                match body.next().await? {
                    Ok(chunk) => parser.buffer.extend_from_slice(&chunk),
                    Err(error) => return Some((Err(error.into()), (body, parser))),
                }
            }
        });
        Ok(Box::pin(events))
    }
}

#[derive(Default)]
struct Parser {
    buffer: BytesMut,
    id: Option<String>,
    data: String,
}

impl Parser {
    /// The next event of what has come so far.
    fn next(&mut self) -> Result<Option<Incoming>, Error> {
        while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
            let line = self.buffer.split_to(end + 1);
            let line = str::from_utf8(&line).map_err(|error| Error::Decode(error.to_string()))?.trim_end();
            if let Some(text) = line.strip_prefix("data:") {
                self.data.push_str(text.trim_start());
            } else if let Some(text) = line.strip_prefix("id:") {
                self.id = Some(text.trim_start().to_owned());
            } else if line.is_empty() && !self.data.is_empty() {
                let data = std::mem::take(&mut self.data);
                let event = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
                return Ok(Some(Incoming { id: self.id.take(), event }));
            }
        }
        if self.buffer.len() > MAX_LINE_BYTES {
            return Err(Error::Decode(format!("an event is longer than {MAX_LINE_BYTES} bytes")));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_however_they_are_cut() {
        let text = ": watching\n\nevent: missed\ndata: {\"event\":\"missed\",\"count\":3}\nid: 7-1\n\n";
        for cut in 0..text.len() {
            let mut parser = Parser::default();
            parser.buffer.extend_from_slice(&text.as_bytes()[..cut]);
            let early = parser.next().unwrap();
            parser.buffer.extend_from_slice(&text.as_bytes()[cut..]);
            let event = early.or_else(|| parser.next().unwrap()).unwrap();
            assert_eq!(event, Incoming { id: Some("7-1".into()), event: StreamEvent::Missed { count: 3 } });
        }
    }
}
