//! The live tail.

mod away;
mod replicas;
mod slow;
mod tail;

use serde_json::json;

use crate::{
    ingest::{ingest, line_of},
    support::{ALL, Api, Client},
};
use tail::Tail;

async fn with_devices() -> (Api, Client) {
    with_devices_on(Api::start().await).await
}

async fn with_devices_on(api: Api) -> (Api, Client) {
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
    for unknown in ["1-1", "nonsense", ""] {
        let mut lost = Tail::open(&client, "/stream", Some(unknown)).await;
        assert_eq!(lost.event().await.0["event"], "missed", "who was away too long is told");
    }
    client.get("/stream?kind=everything").await.problem(400);
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
