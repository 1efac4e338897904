//! The OpenAPI document and its page.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Api, send};

#[tokio::test]
async fn every_operation_exists_and_needs_a_bearer() {
    let api = Api::start().await;
    let anonymous = api.anonymous();
    let document = anonymous.get("/openapi.json").await.expect(200);
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        let real = path
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = send(anonymous.request(method.clone(), &real)).await;
            let is_open = operation["security"] == serde_json::json!([{}]);
            assert_eq!(is_open, path == "/sessions", "{method} {path}: {}", operation["security"]);
            assert_eq!(answer.status, if is_open { 415 } else { 401 }, "{method} {path}: {}", answer.text());
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
    assert_eq!(document["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let api = Api::start().await;
    let anonymous = api.anonymous();
    let redirect = anonymous.get("/docs").await;
    assert_eq!((redirect.status, redirect.header("location")), (303, "/api/v1/docs/"));
    let page = anonymous.get("/docs/").await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let html = page.expect_text();
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("src=\"//"), "{html}");
    assert!(!html.contains("<script>"), "an inline script would need another policy: {html}");
    let mut loaded = 0;
    let is_asset =
        |part: &str| part.rsplit_once('.').is_some_and(|(_, kind)| matches!(kind, "css" | "js" | "png"));
    for part in html.split(['"', '\'']).filter(|part| is_asset(part)) {
        let part = part.trim_start_matches("./");
        let answer = anonymous.get(&format!("/docs/{part}")).await;
        assert_eq!(answer.status, 200, "{part}");
        loaded += 1;
    }
    assert!(loaded >= 3, "{html}");
    let data = anonymous.get("/openapi.json").await;
    assert!(data.header("content-security-policy").starts_with("default-src 'none'; frame-ancestors 'none'"));
    let document: Value = data.expect(200);
    assert_eq!(document["servers"][0]["url"], "/");
}
