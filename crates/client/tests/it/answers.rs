//! What is asked, and what is made of the answers.

use argosy_client::{Error, ListDevices, ReadReadings, Span};
use argosy_wire::{
    DeviceName,
    api::{device::DeviceState, reading::Aggregate},
    batch::IngestResponse,
};
use futures::StreamExt as _;
use serde_json::json;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{body_bytes, header, method, path, query_param},
};

use crate::server;

fn device() -> DeviceName {
    "truck-0001".parse().unwrap()
}

#[tokio::test]
async fn a_request_says_who_asks_and_about_which_fleet() {
    let (server, client) = server().await;
    Mock::given(method("GET"))
        .and(path("/api/v1/devices"))
        .and(header("authorization", "Bearer other"))
        .and(header("user-agent", concat!("argosy/", env!("CARGO_PKG_VERSION"))))
        .and(query_param("fleet", "demo"))
        .and(query_param("label", "site:north"))
        .and(query_param("state", "offline"))
        .and(query_param("limit", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"items": [], "next_cursor": "x"})))
        .mount(&server)
        .await;
    let client = client.with_bearer("other".into()).with_fleet(Some("demo".parse().unwrap()));
    let list = ListDevices {
        labels: vec!["site:north".into()],
        state: Some(DeviceState::Offline),
        limit: Some(2),
        ..ListDevices::default()
    };
    let page = client.list_devices(&list).await.unwrap();
    assert_eq!(page.next_cursor.as_deref(), Some("x"));
}

#[tokio::test]
async fn a_batch_goes_out_as_it_is() {
    let (server, client) = server().await;
    Mock::given(method("POST"))
        .and(path("/api/v1/ingest"))
        .and(header("content-type", "application/x-ndjson"))
        .and(body_bytes("{}\n"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"stored": 1, "duplicate": 2, "dead_lettered": 3})),
        )
        .mount(&server)
        .await;
    let response = client.ingest("{}\n".into()).await.unwrap();
    assert_eq!(response, IngestResponse { stored: 1, duplicate: 2, dead_lettered: 3, receipts: Vec::new() });
}

#[tokio::test]
async fn a_problem_is_an_error_that_says_what_to_do() {
    let (server, client) = server().await;
    let problem = json!({
        "type": "urn:argosy:problem:not_found", "title": "Not Found", "status": 404,
        "detail": "There is no device 'truck-0001'.", "request_id": "r1"
    });
    let answer = ResponseTemplate::new(404).set_body_raw(problem.to_string(), "application/problem+json");
    Mock::given(path("/api/v1/devices/truck-0001")).respond_with(answer).mount(&server).await;
    let error = client.read_device(&device()).await.unwrap_err();
    assert_eq!(error.to_string(), "There is no device 'truck-0001'. (HTTP 404, request r1)");
    assert_eq!(error.status(), Some(404));
    assert!(error.is_from_argosy() && !error.is_retryable() && !error.is_denied());
}

#[tokio::test]
async fn an_error_of_something_in_front_is_one_too() {
    let (server, client) = server().await;
    for (status, retryable, denied) in
        [(503, true, false), (429, true, false), (401, false, true), (302, false, false)]
    {
        server.reset().await;
        let answer = ResponseTemplate::new(status).set_body_string("<html>gateway</html>");
        Mock::given(path("/api/v1/me")).respond_with(answer).mount(&server).await;
        let error = client.read_me().await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!((error.is_retryable(), error.is_denied()), (retryable, denied), "{status}");
        assert!(!error.is_from_argosy());
    }
}

#[tokio::test]
async fn another_servers_answer_is_not_understood() {
    let (server, client) = server().await;
    let answer = ResponseTemplate::new(200).set_body_string("<html>hello</html>");
    Mock::given(path("/api/v1/me")).respond_with(answer).mount(&server).await;
    assert!(matches!(client.read_me().await, Err(Error::Decode(_))));
}

#[tokio::test]
async fn an_export_streams() {
    let (server, client) = server().await;
    Mock::given(path("/api/v1/readings"))
        .and(header("accept", "text/csv"))
        .and(query_param("from", "-1h"))
        .and(query_param("key", "speed"))
        .and(query_param("aggregate", "mean"))
        .respond_with(ResponseTemplate::new(200).set_body_string("device,ts,speed\n"))
        .mount(&server)
        .await;
    let read = ReadReadings {
        span: Span { from: Some("-1h".into()), to: None },
        keys: vec!["speed".into()],
        aggregate: Some(Aggregate::Mean),
        ..ReadReadings::default()
    };
    let response = client.export_readings_of(&[device()], &read, "text/csv").await.unwrap();
    let mut rows = response.bytes_stream();
    assert_eq!(rows.next().await.unwrap().unwrap(), "device,ts,speed\n");
    assert!(rows.next().await.is_none());
}
