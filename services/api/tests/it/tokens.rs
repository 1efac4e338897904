//! Tokens: what they may do, and when they stop.

use argosy_wire::api::token::Scope;
use serde_json::{Value, json};

use crate::support::{ALL, Api};

#[tokio::test]
async fn works_until_it_is_revoked() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let request = json!({"name": "ci <b>pipeline</b>", "fleet": "demo", "scopes": ["write", "read", "read"], "expires_in_days": 7});
    let created = admin.post("/tokens", request).await;
    assert_eq!(created.header("cache-control"), "no-store");
    let created = created.expect(201);
    assert_eq!(created["token"]["scopes"], json!(["read", "write"]));
    let secret = created["secret"].as_str().unwrap();
    let program = api.anonymous().with_bearer(secret);
    let me = program.get("/me").await.expect(200);
    assert_eq!(
        (&me["name"], &me["fleet"], &me["user"]),
        (&json!("ci <b>pipeline</b>"), &json!("demo"), &Value::Null)
    );
    program.delete("/sessions/current").await.problem(400);

    let listed = admin.get("/tokens").await;
    assert!(!listed.text().contains(secret));
    let listed = listed.expect(200);
    let token =
        listed.as_array().unwrap().iter().find(|token| token["id"] == created["token"]["id"]).unwrap();
    assert!(token["last_used_at"].is_string() && token["expires_at"].is_string(), "{token}");
    let path = format!("/tokens/{}", created["token"]["id"].as_str().unwrap());
    admin.delete(&path).await.expect(204);
    program.get("/me").await.problem(401);
    admin.delete(&path).await.problem(404);
}

#[tokio::test]
async fn missing_wrong_and_expired_ones_are_refused() {
    let api = Api::start().await;
    let anonymous = api.anonymous();
    let missing = anonymous.get("/devices").await;
    assert_eq!(missing.header("www-authenticate"), "Bearer realm=\"argosy\"");
    missing.problem(401);
    for bearer in ["argosy_unknown", "argosys_unknown", "", "' or 1=1 --", &"x".repeat(5_000)] {
        anonymous.with_bearer(bearer).get("/devices").await.problem(401);
    }
    for header in ["Basic YTpi", "Bearer", "argosy_x"] {
        let request = anonymous.request(reqwest::Method::GET, "/devices").header("authorization", header);
        crate::support::send(request).await.problem(401);
    }
    let reader = api.client(&[Scope::Read]).await;
    sqlx::query("update api_tokens set expires_at = now() - interval '1 second' where scopes = '{read}'")
        .execute(&api.pool)
        .await
        .unwrap();
    assert!(reader.get("/devices").await.problem(401).contains("expired"));
}

#[tokio::test]
async fn nobody_gives_what_they_lack() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/fleets", json!({"name": "north"})).await.expect(201);
    let manager = api.client_of("north", &[Scope::Admin, Scope::Read]).await;
    manager.post("/tokens", json!({"name": "x", "scopes": ["read", "write"]})).await.problem(403);
    manager.post("/tokens", json!({"name": "x", "scopes": ["read"], "fleet": "demo"})).await.problem(404);
    let created = manager.post("/tokens", json!({"name": "x", "scopes": ["read"]})).await.expect(201);
    assert_eq!(created["token"]["fleet"], "north");
    let everywhere = admin.post("/tokens", json!({"name": "all", "scopes": ["read"]})).await.expect(201);
    assert_eq!(everywhere["token"]["fleet"], Value::Null);
    manager.delete(&format!("/tokens/{}", everywhere["token"]["id"].as_str().unwrap())).await.problem(404);
    let names: Vec<Value> = manager
        .get("/tokens")
        .await
        .expect(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|token| token["fleet"].clone())
        .collect();
    assert_eq!(names, ["north", "north"]);
}

#[tokio::test]
async fn refuses_what_is_no_token() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    for request in [
        json!({"name": "", "scopes": ["read"]}),
        json!({"name": " ", "scopes": ["read"]}),
        json!({"name": "a\u{0}b", "scopes": ["read"]}),
        json!({"name": "x".repeat(101), "scopes": ["read"]}),
        json!({"name": "x", "scopes": []}),
        json!({"name": "x", "scopes": ["everything"]}),
        json!({"name": "x", "scopes": ["read"], "expires_in_days": 0}),
        json!({"name": "x", "scopes": ["read"], "expires_in_days": 99_999}),
        json!({"name": "x", "scopes": ["read"], "secret": "mine"}),
    ] {
        admin.post("/tokens", request).await.problem(422);
    }
    admin.post("/tokens", json!({"name": "x", "scopes": ["read"], "fleet": "nowhere"})).await.problem(404);
    admin.delete("/tokens/1").await.problem(404);
}
