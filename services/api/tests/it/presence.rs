//! Who is there: by status, by silence, and in history.

use argosy_testkit::eventually;
use serde_json::{Value, json};

use crate::{
    ingest::{ingest, line_of},
    support::{ALL, Api, Client, DEADLINE},
};

fn status(online: bool, boot: i64, connection: i64) -> String {
    line_of("v1/demo/truck/status", &json!({"online": online, "boot": boot, "connection": connection}))
}

async fn is_online(client: &Client) -> bool {
    client.get("/devices/truck").await.expect(200)["online"].as_bool().unwrap()
}

async fn history(client: &Client) -> Vec<bool> {
    let presence = client.get("/devices/truck/presence").await.expect(200);
    presence["events"].as_array().unwrap().iter().map(|event| event["online"].as_bool().unwrap()).collect()
}

#[tokio::test]
async fn a_will_of_an_old_connection_never_marks_a_new_one_offline() {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    client.post("/devices", json!({"name": "truck"})).await.expect(201);
    ingest(&client, &status(true, 5, 1)).await;
    assert!(is_online(&client).await);
    ingest(&client, &status(true, 5, 2)).await;
    ingest(&client, &status(false, 5, 1)).await;
    assert!(is_online(&client).await, "the will of connection 1 came late");
    ingest(&client, &status(false, 5, 2)).await;
    assert!(!is_online(&client).await);
    ingest(&client, &status(true, 5, 2)).await;
    assert!(!is_online(&client).await, "a retained message came again");
    ingest(&client, &(status(true, 6, 1) + &status(false, 6, 1) + &status(true, 6, 2))).await;
    assert!(is_online(&client).await);
    assert_eq!(history(&client).await, [true, false, true, false, true]);
}

#[tokio::test]
async fn a_device_without_status_is_there_while_it_sends() {
    let api = Api::start().await;
    let client = api.client(&ALL).await;
    client.patch("/fleets/demo", Some("\"1\""), json!({"offline_after_seconds": 5})).await.expect(200);
    client.post("/devices", json!({"name": "truck"})).await.expect(201);
    ingest(&client, &line_of("v1/demo/truck/telemetry", &json!({"a": 1}))).await;
    assert!(is_online(&client).await);
    eventually(DEADLINE, async || {
        anyhow::ensure!(!is_online(&client).await, "it is still online");
        Ok(())
    })
    .await;
    let presence = client.get("/devices/truck/presence").await.expect(200);
    let sources: Vec<&Value> =
        presence["events"].as_array().unwrap().iter().map(|event| &event["source"]).collect();
    assert_eq!(sources, ["last_seen", "last_seen"]);
}
