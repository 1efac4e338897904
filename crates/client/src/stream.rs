//! The live tail, by Server-Sent Events (WHATWG HTML, section 9.2).

mod parser;

use std::pin::Pin;

use argosy_wire::api::stream::StreamEvent;
use futures::{Stream, StreamExt as _, stream};
use reqwest::{Method, Response};

use crate::{Client, Error, request::send};
use parser::Parser;

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

/// Events as they come. It ends when the API drains, or after its first error; the caller may come back.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Incoming, Error>> + Send>>;

impl Client {
    /// `GET /stream`, as it comes over the wire: for a proxy.
    pub async fn open_stream(&self, watch: &WatchStream) -> Result<Response, Error> {
        let mut query: Vec<(&str, &str)> =
            watch.devices.iter().map(|device| ("device", device.as_str())).collect();
        query.extend(watch.labels.iter().map(|label| ("label", label.as_str())));
        query.extend(watch.kinds.iter().map(|kind| ("kind", kind.as_str())));
        let mut request =
            self.open_request(Method::GET, "stream")?.query(&query).header("accept", "text/event-stream");
        if let Some(id) = &watch.last_event_id {
            request = request.header("last-event-id", id);
        }
        send(request).await
    }

    /// `GET /stream`
    pub async fn watch(&self, watch: &WatchStream) -> Result<EventStream, Error> {
        let response = self.open_stream(watch).await?;
        let start = Some((response.bytes_stream(), Parser::default()));
        let events = stream::unfold(start, |state| async move {
            let (mut body, mut parser) = state?;
            loop {
                match parser.next() {
                    Ok(Some(event)) => return Some((Ok(event), Some((body, parser)))),
                    Err(error) => return Some((Err(error), None)),
                    Ok(None) => {}
                }
                match body.next().await? {
                    Ok(chunk) => parser.extend(&chunk),
                    Err(error) => return Some((Err(error.into()), None)),
                }
            }
        });
        Ok(Box::pin(events))
    }
}
