//! Users: who manages them, and who stays.

use argosy_wire::api::token::Scope;
use serde_json::{Value, json};

use crate::support::{ALL, Api, Client};

const PASSWORD: &str = "correct horse battery";

async fn create(client: &Client, email: &str, role: &str) -> Value {
    client.post("/users", json!({"email": email, "password": PASSWORD, "role": role})).await.expect(201)
}

fn path(user: &Value) -> String {
    format!("/users/{}", user["id"].as_str().unwrap())
}

#[tokio::test]
async fn is_created_changed_and_deleted() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let user = create(&admin, " Ada@Example.com ", "viewer").await;
    assert_eq!(
        (&user["email"], &user["role"], &user["fleet"]),
        (&json!("ada@example.com"), &json!("viewer"), &Value::Null)
    );
    assert!(
        admin
            .post("/users", json!({"email": "ada@example.com", "password": PASSWORD, "role": "viewer"}))
            .await
            .problem(409)
            .contains("ada@example.com")
    );
    let listed = admin.get("/users").await;
    assert!(!listed.text().contains("argon2"));
    assert_eq!(listed.expect(200), json!([user]));
    let changed = admin.patch(&path(&user), None, json!({"role": "operator"})).await.expect(200);
    assert_eq!(changed["role"], "operator");
    admin.delete(&path(&user)).await.expect(204);
    admin.delete(&path(&user)).await.problem(404);
    let hash: Option<String> =
        sqlx::query_scalar("select password_hash from users").fetch_optional(&api.pool).await.unwrap();
    assert!(hash.is_none());
}

#[tokio::test]
async fn the_last_admin_stays() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let (one, two) =
        (create(&admin, "one@localhost", "admin").await, create(&admin, "two@localhost", "admin").await);
    let hash: String =
        sqlx::query_scalar("select password_hash from users limit 1").fetch_one(&api.pool).await.unwrap();
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    // Both at once: one of them stays.
    let (path_of_one, path_of_two) = (path(&one), path(&two));
    let (first, second) = tokio::join!(admin.delete(&path_of_one), admin.delete(&path_of_two));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let last = admin.get("/users").await.expect(200)[0].clone();
    admin.delete(&path(&last)).await.problem(409);
    admin.patch(&path(&last), None, json!({"role": "operator"})).await.problem(409);
    admin
        .patch(&path(&last), None, json!({"role": "admin", "password": "another long password"}))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_fleets_admin_manages_its_own_people() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    admin.post("/fleets", json!({"name": "north"})).await.expect(201);
    let everywhere = create(&admin, "root@localhost", "admin").await;
    let north = api.client_of("north", &ALL).await;
    let own = create(&north, "own@localhost", "admin").await;
    assert_eq!(own["fleet"], "north");
    assert_eq!(north.get("/users").await.expect(200), json!([own]));
    north.delete(&path(&everywhere)).await.problem(404);
    north.patch(&path(&everywhere), None, json!({"password": PASSWORD})).await.problem(404);
    let foreign = json!({"email": "x@localhost", "password": PASSWORD, "role": "viewer", "fleet": "demo"});
    north.post("/users", foreign).await.problem(404);
}

#[tokio::test]
async fn nobody_gives_what_they_lack() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let operator = create(&admin, "operator@localhost", "operator").await;
    let manager = api.client(&[Scope::Admin, Scope::Read]).await;
    for role in ["operator", "admin"] {
        manager
            .post("/users", json!({"email": "x@localhost", "password": PASSWORD, "role": role}))
            .await
            .problem(403);
    }
    // With that password it would write.
    manager.patch(&path(&operator), None, json!({"password": PASSWORD})).await.problem(403);
    let viewer = create(&manager, "viewer@localhost", "viewer").await;
    manager.patch(&path(&viewer), None, json!({"role": "operator"})).await.problem(403);
}

#[tokio::test]
async fn refuses_what_is_no_user() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    for email in ["", "nobody", "@", "a@", "a b@c", "a@\nb", "a@b\u{0}c", &format!("{}@x", "a".repeat(260))] {
        admin
            .post("/users", json!({"email": email, "password": PASSWORD, "role": "viewer"}))
            .await
            .problem(422);
    }
    for password in ["short", &"x".repeat(257)] {
        let detail = admin
            .post("/users", json!({"email": "a@b", "password": password, "role": "viewer"}))
            .await
            .problem(422);
        assert!(!detail.contains(password), "{detail}");
    }
    admin.post("/users", json!({"email": "a@b", "password": PASSWORD, "role": "king"})).await.problem(422);
    admin.post("/users", json!({"email": "a@b", "password": PASSWORD})).await.problem(422);
    admin.delete("/users/0").await.problem(404);
    assert_eq!(admin.get("/users").await.expect(200), json!([]));
    // What is shown as it came must stay text: escaping is the page's job.
    let odd = create(&admin, "<script>alert(1)</script>@x", "viewer").await;
    assert_eq!(odd["email"], "<script>alert(1)</script>@x");
}
