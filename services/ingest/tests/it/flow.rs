//! What happens when nothing goes wrong.

use rumqttc::PublishOptions;

use crate::{api::Mode, stack::Stack, until};

#[tokio::test]
async fn what_devices_send_is_committed_once() {
    let stack = Stack::start(Mode::Working).await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    for name in ["a", "b", "c"] {
        stack.device(name).send(0..200).await;
    }
    assert_eq!(stack.committed(600).await, 0);
    // Batches were made: a request a message would be six hundred.
    assert!(stack.api.requests() < 300, "{}", stack.api.requests());
    service.stop().await;
    // Nothing was left unacknowledged: a service with the same sessions is sent nothing again.
    let service = stack.service(&[]).await;
    service.is_ready().await;
    stack.device("a").send(200..201).await;
    assert_eq!(stack.committed(601).await, 0);
}

#[tokio::test]
async fn topics_payloads_and_qos_arrive_as_they_are() {
    let stack = Stack::start(Mode::Working).await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    let device = stack.device("a");
    let payloads =
        [b"not json".to_vec(), vec![0xff, 0], b"{\"x\": 1}\n".to_vec(), b"{\"x\": 1}".to_vec(), Vec::new()];
    device.publish("telemetry", payloads.clone(), PublishOptions::at_least_once()).await;
    device.publish("telemetry", [b"0".to_vec()], PublishOptions::at_most_once()).await;
    device.publish("telemetry", [b"2".to_vec()], PublishOptions::exactly_once()).await;
    until("commits", async || stack.api.committed().len(), |count| *count == 7).await;
    let committed = stack.api.committed();
    for payload in payloads.iter().chain([&b"0".to_vec(), &b"2".to_vec()]) {
        assert!(committed.iter().any(|message| message.payload == *payload), "{payload:?}");
    }
    assert!(committed.iter().all(|message| message.topic == "v1/demo/a/telemetry"));
}

#[tokio::test]
async fn a_retained_status_is_read_once_by_a_new_session() {
    let stack = Stack::start(Mode::Working).await;
    let device = stack.device("a");
    let online = br#"{"online":true}"#.to_vec();
    device.publish("status", [online.clone()], PublishOptions::at_least_once().retained()).await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    let statuses =
        || stack.api.committed().into_iter().filter(|message| message.topic.ends_with("status")).count();
    until("the retained status", async || statuses(), |count| *count == 1).await;
    // A session that goes on is not told again.
    service.kill().await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    device
        .publish("status", [br#"{"online":false}"#.to_vec()], PublishOptions::at_least_once().retained())
        .await;
    until("the new status", async || statuses(), |count| *count == 2).await;
}

#[tokio::test]
async fn an_oversize_message_arrives_whole() {
    let stack = Stack::start(Mode::Working).await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    let device = stack.device("a");
    let large = format!("{{\"n\": \"{}\"}}", "x".repeat(500_000)).into_bytes();
    device.publish("telemetry", [large.clone()], PublishOptions::at_least_once()).await;
    device.send(0..10).await;
    assert_eq!(stack.committed(11).await, 0);
    assert!(stack.api.committed().iter().any(|message| message.payload == large));
}

#[tokio::test]
async fn metrics_tell_what_happened() {
    let stack = Stack::start(Mode::Working).await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    stack.device("a").send(0..50).await;
    stack.committed(50).await;
    let metrics = service.metrics().await;
    for name in [
        "argosy_ingest_received_total",
        "argosy_ingest_stored_total",
        "argosy_ingest_duplicate_total",
        "argosy_ingest_dead_lettered_total",
        "argosy_ingest_batch_messages_bucket",
        "argosy_ingest_receipt_to_commit_milliseconds_bucket",
        "argosy_ingest_queue_messages",
        "argosy_ingest_unacknowledged_messages{connection=\"0\"}",
    ] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
}
