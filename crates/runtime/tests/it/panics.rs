//! A handler that panics costs one request.

use std::time::Duration;

use argosy_runtime::{http, problem};
use argosy_testkit::Logs;
use axum::{Router, http::StatusCode, routing::get};
use serde_json::Value;

use crate::support::Server;

async fn panic_now() -> &'static str {
    panic!("the secret reason")
}

#[tokio::test]
async fn a_panic_is_a_problem_with_an_id_that_the_log_knows() {
    let logs = Logs::capture();
    let routes = Router::new().route("/panic/{id}", get(panic_now)).route("/", get(async || "here"));
    let server = Server::start(http::layers(routes, "test_panic_seconds"), Duration::ZERO).await;
    let client = reqwest::Client::new();
    for id in ["first", "second"] {
        let answer = client.get(server.url("/panic/7")).header("x-request-id", id).send().await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["x-request-id"], id);
        let text = answer.text().await.unwrap();
        assert!(!text.contains("secret"), "{text}");
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&problem["status"], &problem["request_id"]), (&500.into(), &id.into()), "{problem}");
        let logged = logs.text();
        let line = logged.lines().find(|line| line.contains("panicked") && line.contains(id)).unwrap();
        assert!(line.contains("ERROR") && line.contains("the secret reason"), "{line}");
        assert!(line.contains("/panic/{id}") && !line.contains("/panic/7"), "{line}");
    }
    let answer = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "here");
}

#[tokio::test]
async fn an_error_is_a_problem_with_the_request_s_id() {
    let handler = async || problem::respond(StatusCode::UNPROCESSABLE_ENTITY, "It is empty: send something.");
    let routes = http::layers(Router::new().route("/", get(handler)), "test_problem_seconds");
    let server = Server::start(routes, Duration::ZERO).await;
    let answer =
        reqwest::Client::new().get(server.url("/")).header("x-request-id", "mine").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (422, &"application/problem+json".parse().unwrap())
    );
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "urn:argosy:problem:unprocessable_entity");
    assert_eq!(
        (&problem["detail"], &problem["request_id"]),
        (&"It is empty: send something.".into(), &"mine".into())
    );
}
