//! Requests that are wrong before anything else is: each ends as a problem, and nothing of it is kept.

use reqwest::Method;
use serde_json::json;

use crate::support::{ALL, Api, send};

#[tokio::test]
async fn bodies_that_are_not_what_they_should_be() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let json_type = "application/json";
    admin.post_as("/devices", "text/plain", "{\"name\":\"a\"}").await.problem(415);
    admin.post_as("/devices", "application/x-ndjson", "{\"name\":\"a\"}").await.problem(415);
    send(admin.request(Method::POST, "/devices")).await.problem(415);
    for body in [
        "",
        "{",
        "{\"name\":",
        "not json",
        "{\"name\":\"a\"}{",
        "{\"name\":\"a\",}",
        "\u{feff}{}",
        "{\"name\":NaN}",
    ] {
        admin.post_as("/devices", json_type, body).await.problem(400);
    }
    for body in [
        "[]",
        "null",
        "7",
        "\"a\"",
        "{}",
        "{\"name\":7}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"a\",\"labels\":[]}",
    ] {
        admin.post_as("/devices", json_type, body).await.problem(422);
    }
    let deep = format!("{{\"name\":\"a\",\"labels\":{}{}}}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    let answer = admin.post_as("/devices", json_type, deep).await;
    assert!(matches!(answer.status, 400 | 422), "{}", answer.text());
    let huge = format!("{{\"name\":\"{}\"}}", "a".repeat(300 * 1024));
    assert!(admin.post_as("/devices", json_type, huge).await.problem(413).contains("length limit"));
    admin.post_as("/devices", json_type, vec![0xff; 16]).await.problem(400);
    let unknown = admin.post("/devices", json!({"name": "a", "<script>": 1})).await;
    assert_eq!(unknown.header("x-content-type-options"), "nosniff");
    assert!(unknown.problem(422).contains("unknown field"));
    assert_eq!(admin.get("/devices").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn paths_methods_and_queries_that_do_not_exist() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    for path in ["/nothing", "/devices/a/b/c", "/../../etc/passwd", "/devices/", "//devices"] {
        admin.get(path).await.problem(404);
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = send(admin.request(method.clone(), "/devices")).await;
        assert!(answer.header("allow").contains("GET"), "{method}");
        answer.problem(405);
    }
    for query in
        ["fleet=", "fleet=A", "fleet=demo&fleet=demo", "limit=-1", "limit=1e3", "state=", "state=x&state=y"]
    {
        let answer = admin.get(&format!("/devices?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
    }
    // PostgreSQL keeps no U+0000: it is the client's error, not ours.
    for query in ["search=%00", "label=a:%00", "label=%00:a"] {
        admin.get(&format!("/devices?{query}")).await.problem(400);
    }
    admin.get("/dead-letters?device=%00").await.problem(400);
}

#[tokio::test]
async fn a_request_keeps_the_id_it_came_with() {
    let api = Api::start().await;
    let admin = api.client(&ALL).await;
    let get = |id: &'static str| admin.request(Method::GET, "/nothing").header("x-request-id", id);
    let answer = send(get("from-the-gateway-7")).await;
    assert_eq!(answer.header("x-request-id"), "from-the-gateway-7");
    answer.problem(404);
    let answer = send(get("<script>alert(1)</script>")).await;
    assert!(!answer.text().contains("script"));
    answer.problem(404);
}
