//! Signing in and out.

use serde_json::{Value, json};

use crate::support::{ALL, Answer, Api, Client};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery";

async fn with_user(role: &str) -> (Api, Client, Value) {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let user =
        admin.post("/users", json!({"email": EMAIL, "password": PASSWORD, "role": role})).await.expect(201);
    (api, admin, user)
}

async fn sign_in(api: &Api, email: &str, password: &str) -> Answer {
    api.anonymous().post("/sessions", json!({"email": email, "password": password})).await
}

#[tokio::test]
async fn signs_in_and_out() {
    let (api, _, _) = with_user("operator").await;
    let answer = sign_in(&api, "ADA@example.com ", PASSWORD).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let session = answer.expect(201);
    let secret = session["secret"].as_str().unwrap();
    assert!(secret.starts_with("argosys_"));
    let person = api.anonymous().with_bearer(secret);
    let me = person.get("/me").await.expect(200);
    assert_eq!(
        (&me["name"], &me["scopes"], &me["user"]["role"]),
        (&json!(EMAIL), &json!(["read", "write"]), &json!("operator"))
    );
    assert!(me["user"]["last_sign_in_at"].is_string());
    person.get("/devices").await.expect(200);
    person.get("/users").await.problem(403);
    person.delete("/sessions/current").await.expect(204);
    person.get("/me").await.problem(401);
    let kept: Vec<Vec<u8>> =
        sqlx::query_scalar("select secret_hash from sessions").fetch_all(&api.pool).await.unwrap();
    assert!(kept.is_empty());
}

#[tokio::test]
async fn tells_nobody_who_exists() {
    let (api, _, _) = with_user("viewer").await;
    let wrong = sign_in(&api, EMAIL, "wrong password").await.problem(401);
    let unknown = sign_in(&api, "nobody@example.com", PASSWORD).await.problem(401);
    let absurd = sign_in(&api, &"x".repeat(10_000), PASSWORD).await.problem(401);
    assert!(wrong == unknown && unknown == absurd, "{wrong} {unknown} {absurd}");
    for email in ["a\u{0}@b", "' or ''='", "<b>@x"] {
        let answer = sign_in(&api, email, PASSWORD).await;
        assert!(matches!(answer.status, 400 | 401), "{email:?}: {}", answer.text());
    }
    api.anonymous().post("/sessions", json!({"email": EMAIL})).await.problem(422);
    api.anonymous()
        .post("/sessions", json!({"email": EMAIL, "password": PASSWORD, "remember": true}))
        .await
        .problem(422);
}

#[tokio::test]
async fn guessing_is_slow() {
    let (api, _, _) = with_user("viewer").await;
    for _ in 0..10 {
        sign_in(&api, EMAIL, "wrong password").await.problem(401);
    }
    let answer = sign_in(&api, EMAIL, PASSWORD).await;
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    answer.problem(429);
    sign_in(&api, "other@example.com", PASSWORD).await.problem(401);
}

#[tokio::test]
async fn ends_with_the_password_the_role_and_time() {
    let (api, admin, user) = with_user("operator").await;
    let path = format!("/users/{}", user["id"].as_str().unwrap());
    let session = sign_in(&api, EMAIL, PASSWORD).await.expect(201);
    let person = api.anonymous().with_bearer(session["secret"].as_str().unwrap());
    person.get("/me").await.expect(200);
    admin.patch(&path, None, json!({"role": "viewer"})).await.expect(200);
    assert_eq!(person.get("/me").await.expect(200)["scopes"], json!(["read"]));
    admin.patch(&path, None, json!({"password": "another long password"})).await.expect(200);
    person.get("/me").await.problem(401);
    sign_in(&api, EMAIL, PASSWORD).await.problem(401);

    let session = sign_in(&api, EMAIL, "another long password").await.expect(201);
    let person = api.anonymous().with_bearer(session["secret"].as_str().unwrap());
    sqlx::query("update sessions set expires_at = now() - interval '1 second'")
        .execute(&api.pool)
        .await
        .unwrap();
    person.get("/me").await.problem(401);
    let session = sign_in(&api, EMAIL, "another long password").await.expect(201);
    let person = api.anonymous().with_bearer(session["secret"].as_str().unwrap());
    person.get("/me").await.expect(200);
    admin.delete(&path).await.expect(204);
    person.get("/me").await.problem(401);
}
