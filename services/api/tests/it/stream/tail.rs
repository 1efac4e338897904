//! An open stream, read event by event.

use std::pin::Pin;

use futures::{Stream, StreamExt as _};
use reqwest::Method;
use serde_json::Value;

use crate::support::{Client, DEADLINE};

/// An open stream.
pub(super) struct Tail {
    body: Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>>>>,
    buffer: Vec<u8>,
}

impl Tail {
    /// Opens a stream, and waits until it watches.
    pub(super) async fn open(client: &Client, path: &str, last: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut tail = Self { body: Box::pin(response.bytes_stream()), buffer: Vec::new() };
        let first = tail.block().await;
        assert!(first.contains(": watching"), "it says that it watches before anything happens: {first}");
        tail
    }

    async fn block(&mut self) -> String {
        let mut searched = 0;
        loop {
            if let Some(end) = self.buffer[searched..].windows(2).position(|pair| pair == b"\n\n") {
                let rest = self.buffer.split_off(searched + end + 2);
                let block = std::mem::replace(&mut self.buffer, rest);
                return String::from_utf8(block).unwrap();
            }
            searched = self.buffer.len().saturating_sub(1);
            let chunk = tokio::time::timeout(DEADLINE, self.body.next()).await.expect("nothing came");
            self.buffer.extend_from_slice(&chunk.expect("the stream ended").unwrap());
        }
    }

    /// The next event, and its id.
    pub(super) async fn event(&mut self) -> (Value, Option<String>) {
        loop {
            let block = self.block().await;
            let field = |name: &str| {
                block.lines().find_map(|line| line.strip_prefix(name).map(|text| text.trim().to_owned()))
            };
            if let Some(data) = field("data:") {
                let event: Value = serde_json::from_str(&data).unwrap();
                assert_eq!(field("event:").as_deref(), event["event"].as_str(), "{block}");
                return (event, field("id:"));
            }
        }
    }

    /// Events up to one that is looked for, which is the last.
    pub(super) async fn until(
        &mut self,
        mut found: impl FnMut(&Value) -> bool,
    ) -> Vec<(Value, Option<String>)> {
        let mut events = Vec::new();
        loop {
            events.push(self.event().await);
            if events.last().is_some_and(|(event, _)| found(event)) {
                return events;
            }
        }
    }
}
