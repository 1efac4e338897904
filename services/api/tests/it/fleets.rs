//! Fleets: create, read, change, and what one fleet knows of another.

use argosy_wire::api::token::Scope;
use serde_json::json;

use crate::support::{ALL, Api};

#[tokio::test]
async fn is_created_read_listed_and_changed() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let created =
        admin.post("/fleets", json!({"name": "north", "retention_days": 7, "auto_register": true})).await;
    assert_eq!(created.header("etag"), "\"1\"");
    let fleet = created.expect(201);
    assert_eq!((&fleet["retention_days"], &fleet["offline_after_seconds"]), (&json!(7), &json!(120)));
    assert_eq!(admin.get("/fleets/north").await.expect(200), fleet);
    let names: Vec<_> = admin
        .get("/fleets")
        .await
        .expect(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["name"].clone())
        .collect();
    assert_eq!(names, ["demo", "north"]);

    let changed = admin.patch("/fleets/north", Some("\"1\""), json!({"offline_after_seconds": 30})).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.expect(200);
    assert_eq!((&changed["retention_days"], &changed["offline_after_seconds"]), (&json!(7), &json!(30)));
    admin.patch("/fleets/north", Some("\"1\""), json!({"retention_days": 8})).await.problem(412);
    admin.patch("/fleets/north", None, json!({"retention_days": 8})).await.problem(428);
    assert_eq!(admin.get("/fleets/north").await.expect(200), changed);
}

#[tokio::test]
async fn refuses_what_it_cannot_be() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    assert!(admin.post("/fleets", json!({"name": "demo"})).await.problem(409).contains("'demo'"));
    for name in ["", "Demo", "-demo", "a/b", "de mo", "<b>", "'; drop table fleets; --", &"x".repeat(64)] {
        let detail = admin.post("/fleets", json!({"name": name})).await.problem(422);
        assert!(detail.contains("a name is 1 to 63 characters"), "{name}: {detail}");
    }
    for days in [0, -1, 3651] {
        admin.post("/fleets", json!({"name": "north", "retention_days": days})).await.problem(422);
        admin.patch("/fleets/demo", Some("\"1\""), json!({"retention_days": days})).await.problem(422);
    }
    let detail = admin.post("/fleets", json!({"name": "north", "colour": "red"})).await.problem(422);
    assert!(detail.contains("unknown field `colour`"), "{detail}");
    assert_eq!(admin.get("/fleets").await.expect(200).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn does_not_know_of_another() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/fleets", json!({"name": "north"})).await.expect(201);
    admin.post("/devices?fleet=north", json!({"name": "truck"})).await.expect(201);
    let demo = api.client_of("demo", &ALL).await;
    assert_eq!(demo.get("/fleets").await.expect(200).as_array().unwrap().len(), 1);
    for path in [
        "/fleets/north",
        "/devices?fleet=north",
        "/devices/truck",
        "/devices/truck?fleet=north",
        "/overview?fleet=north",
    ] {
        demo.get(path).await.problem(404);
    }
    demo.patch("/fleets/north", Some("\"1\""), json!({"retention_days": 1})).await.problem(404);
    demo.patch("/devices/truck?fleet=north", Some("\"1\""), json!({"enabled": false})).await.problem(404);
    demo.delete("/devices/truck?fleet=north").await.problem(404);
    demo.post("/devices/truck/credentials?fleet=north", json!({})).await.problem(404);
    demo.post("/fleets", json!({"name": "south"})).await.problem(403);
    // One who sees both must say which.
    assert!(admin.get("/devices").await.problem(400).contains("?fleet="));
    admin.get("/devices?fleet=nowhere").await.problem(404);
    assert_eq!(admin.get("/devices/truck?fleet=north").await.expect(200)["fleet"], "north");
}

#[tokio::test]
async fn needs_the_scope() {
    let api = Api::start().await;
    let (reader, writer) = (api.client(&[Scope::Read]).await, api.client(&[Scope::Write]).await);
    assert!(writer.get("/fleets").await.problem(403).contains("needs the scope 'read'; yours are: write"));
    reader.post("/fleets", json!({"name": "north"})).await.problem(403);
    reader.post("/devices", json!({"name": "truck"})).await.problem(403);
    reader.post("/devices/truck/credentials", json!({})).await.problem(403);
    reader.post_as("/ingest", "application/x-ndjson", "{}").await.problem(403);
    for path in ["/users", "/tokens", "/audit"] {
        reader.get(path).await.problem(403);
    }
}
