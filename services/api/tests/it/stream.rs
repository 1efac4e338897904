//! The live tail.

use futures::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    ingest::{ingest, line_of},
    support::{ALL, Api, Client, DEADLINE},
};

/// An open stream, read event by event.
struct Tail {
    body: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<bytes::Bytes>>>>,
    buffer: String,
}

impl Tail {
    async fn open(client: &Client, path: &str, last: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut tail = Self { body: Box::pin(response.bytes_stream()), buffer: String::new() };
        assert_eq!(tail.block().await, ": watching", "it says that it watches before anything happens");
        tail
    }

    async fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let block = block.to_owned();
                self.buffer = rest.to_owned();
                return block;
            }
            let chunk = tokio::time::timeout(DEADLINE, self.body.next())
                .await
                .expect("nothing came")
                .unwrap()
                .unwrap();
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event, and its id.
    async fn event(&mut self) -> (Value, Option<String>) {
        let block = self.block().await;
        let field = |name: &str| {
            block.lines().find_map(|line| line.strip_prefix(name).map(|text| text.trim().to_owned()))
        };
        (serde_json::from_str(&field("data:").unwrap_or_else(|| panic!("{block}"))).unwrap(), field("id:"))
    }
}

async fn with_devices() -> (Api, Client) {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    client.post("/devices", json!({"name": "a", "labels": {"site": "north"}})).await.expect(201);
    client.post("/devices", json!({"name": "b"})).await.expect(201);
    (api, client)
}

fn point(device: &str, seq: i64) -> String {
    let ts = chrono::Utc::now().timestamp_millis();
    let payload = json!({"boot": 1, "seq": seq, "points": [{"ts": ts, "values": {"v": seq}}]});
    line_of(&format!("v1/demo/{device}/telemetry"), &payload)
}

#[tokio::test]
async fn what_is_committed_is_seen() {
    let (_api, client) = with_devices().await;
    let mut all = Tail::open(&client, "/stream", None).await;
    let mut labelled = Tail::open(&client, "/stream?label=site:north&kind=reading", None).await;
    let mut gaps = Tail::open(&client, "/stream?device=b&kind=gap", None).await;
    ingest(&client, &(point("b", 3) + &point("a", 1))).await;
    let (first, _) = all.event().await;
    assert_eq!(
        (&first["event"], &first["device"], &first["values"]),
        (&json!("reading"), &json!("b"), &json!({"v": 3}))
    );
    assert_eq!(labelled.event().await.0["device"], "a");
    let (gap, _) = gaps.event().await;
    assert_eq!(gap, json!({"event": "gap", "device": "b", "boot": 1, "first": 1, "last": 2}));
    let kinds = [all.event().await.0, all.event().await.0, all.event().await.0, all.event().await.0];
    let presence = kinds.iter().filter(|event| event["event"] == "presence").count();
    assert_eq!(presence, 2, "{kinds:?}");
}

#[tokio::test]
async fn a_reader_goes_on_where_it_was() {
    let (_api, client) = with_devices().await;
    let mut tail = Tail::open(&client, "/stream?kind=reading", None).await;
    ingest(&client, &point("a", 1)).await;
    let (_, id) = tail.event().await;
    drop(tail);
    ingest(&client, &point("a", 2)).await;
    ingest(&client, &point("a", 3)).await;
    let mut tail = Tail::open(&client, "/stream?kind=reading", id.as_deref()).await;
    assert_eq!(tail.event().await.0["values"], json!({"v": 2}));
    assert_eq!(tail.event().await.0["values"], json!({"v": 3}));
    let mut lost = Tail::open(&client, "/stream", Some("1-1")).await;
    assert_eq!(lost.event().await.0["event"], "missed", "who was away too long is told");
}

#[tokio::test]
async fn a_fleet_sees_its_own() {
    let (api, client) = with_devices().await;
    client.post("/fleets", json!({"name": "other"})).await.expect(201);
    client.post("/devices?fleet=other", json!({"name": "z"})).await.expect(201);
    let other = api.client_of("other", &ALL).await;
    let mut tail = Tail::open(&other, "/stream?kind=reading", None).await;
    ingest(&client, &(point("a", 1) + &line_of("v1/other/z/telemetry", &json!({"v": 7})))).await;
    assert_eq!(tail.event().await.0["device"], "z");
    other.get("/stream?fleet=demo").await.problem(404);
}
