//! The audit log: every change is in it, and no secret.

use serde_json::json;

use crate::support::{ALL, Api};

#[tokio::test]
async fn says_who_changed_what_and_keeps_no_secret() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let password = "correct horse battery";
    let user = admin
        .post("/users", json!({"email": "ada@x", "password": password, "role": "admin"}))
        .await
        .expect(201);
    let session =
        api.anonymous().post("/sessions", json!({"email": "ada@x", "password": password})).await.expect(201);
    let ada = api.anonymous().with_bearer(session["secret"].as_str().unwrap());
    let token = ada.post("/tokens", json!({"name": "ci", "scopes": ["read"]})).await.expect(201);
    ada.delete(&format!("/tokens/{}", token["token"]["id"].as_str().unwrap())).await.expect(204);
    ada.post("/devices", json!({"name": "truck", "labels": {"site": "north"}})).await.expect(201);
    ada.patch("/devices/truck", Some("\"1\""), json!({"enabled": false})).await.expect(200);
    let issued = ada.post("/devices/truck/credentials", json!({})).await.expect(201);
    let id = issued["credential"]["id"].as_str().unwrap();
    ada.delete(&format!("/devices/truck/credentials/{id}")).await.expect(204);
    ada.post_as("/devices/import", "application/x-ndjson", "{\"name\":\"bus\"}").await.expect(200);
    ada.delete("/devices/truck").await.expect(204);
    ada.patch("/fleets/demo", Some("\"1\""), json!({"retention_days": 9})).await.expect(200);
    let path = format!("/users/{}", user["id"].as_str().unwrap());
    admin.patch(&path, None, json!({"password": "another long password"})).await.expect(200);

    let log = admin.get("/audit").await;
    let text = log.text();
    let secrets = [
        password,
        "another long password",
        session["secret"].as_str().unwrap(),
        token["secret"].as_str().unwrap(),
    ];
    for secret in secrets.iter().chain(&["PRIVATE", "argon2"]) {
        assert!(!text.contains(secret), "{secret} is in the audit log");
    }
    let log = log.expect(200);
    let entries: Vec<(&str, &str, &str)> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap();
            (text("actor"), text("action"), text("resource"))
        })
        .collect();
    let ada = "user:ada@x";
    assert_eq!(
        entries,
        [
            ("token:test", "fleet.create", "demo"),
            ("token:test", "user.create", "ada@x"),
            (ada, "session.create", "ada@x"),
            (ada, "token.create", "ci"),
            (ada, "token.revoke", "ci"),
            (ada, "device.create", "truck"),
            (ada, "device.update", "truck"),
            (ada, "credential.issue", "truck"),
            (ada, "credential.revoke", "truck"),
            (ada, "device.import", "devices"),
            (ada, "device.delete", "truck"),
            (ada, "fleet.update", "demo"),
            ("token:test", "user.update", "ada@x"),
        ]
    );
    let detail = &log["items"][7]["detail"];
    assert_eq!(detail["labels"], json!({"site": "north"}), "{detail}");
}

#[tokio::test]
async fn is_read_in_pages_and_by_fleet() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/fleets", json!({"name": "north"})).await.expect(201);
    for number in 0..7 {
        admin.post("/devices?fleet=north", json!({"name": format!("d-{number}")})).await.expect(201);
    }
    let north = api.client_of("north", &ALL).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = north.get(&format!("/audit?limit=3{cursor}")).await.expect(200);
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["resource"].as_str().unwrap().to_owned()),
        );
        assert!(page["items"].as_array().unwrap().iter().all(|entry| entry["fleet"] == "north"));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["d-6", "d-5", "d-4", "d-3", "d-2", "d-1", "d-0", "north"]);
    // What was refused is no change.
    admin.post("/devices?fleet=north", json!({"name": "d-1"})).await.problem(409);
    assert_eq!(north.get("/audit?limit=1").await.expect(200)["items"][0]["resource"], "d-6");
}
