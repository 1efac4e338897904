//! Batches that the API does not take.

use argosy_testkit::Logs;
use rumqttc::PublishOptions;

use crate::{api::Mode, stack::Stack, until};

#[tokio::test]
async fn a_batch_that_is_too_large_is_split() {
    let stack = Stack::start(Mode::Narrow(3)).await;
    let service = stack.service(&["--batch-linger-ms", "200"]).await;
    service.is_ready().await;
    stack.device("a").send(0..50).await;
    assert_eq!(stack.committed(50).await, 0);
    service.is_ready().await;
}

#[tokio::test]
async fn a_poisonous_message_costs_only_itself() {
    let stack = Stack::start(Mode::Squeamish).await;
    let service = stack.service(&["--batch-linger-ms", "200"]).await;
    service.is_ready().await;
    let device = stack.device("a");
    device.send(0..20).await;
    device.publish("telemetry", [b"\"poison\"".to_vec()], PublishOptions::at_least_once()).await;
    device.send(20..40).await;
    assert_eq!(stack.committed(41).await, 0);
    let committed = stack.api.committed();
    let poison = committed.iter().find(|message| message.payload == b"\"poison\"").unwrap();
    assert!(poison.is_base64);
    assert_eq!(committed.iter().filter(|message| message.is_base64).count(), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_the_messages_fault() {
    for status in [401, 403, 404] {
        let stack = Stack::start(Mode::Failing(status)).await;
        let service = stack.service(&[]).await;
        service.is_not_ready(&format!("HTTP {status}")).await;
        stack.device("a").send(0..5).await;
        stack.api.become_(Mode::Working);
        assert_eq!(stack.committed(5).await, 0);
        service.is_ready().await;
    }
}

#[tokio::test]
async fn the_log_says_once_why_nothing_is_stored() {
    let logs = Logs::capture();
    let stack = Stack::start(Mode::Failing(401)).await;
    let service = stack.service(&["--batch-messages", "1"]).await;
    // Each in its lane, so that several attempts are under way.
    for device in ["a", "b", "c", "d", "e"] {
        stack.device(device).send(0..1).await;
    }
    let requests = || stack.api.requests();
    until("attempts", async || requests(), |requests| *requests > 8).await;
    stack.api.become_(Mode::Failing(503));
    let before = requests();
    until("attempts", async || requests(), |requests| *requests > before + 8).await;
    let warnings = logs.text().matches("The API does not store messages").count();
    assert_eq!(warnings, 2, "{}", logs.text());
    stack.api.become_(Mode::Working);
    assert_eq!(stack.committed(5).await, 0);
    service.stop().await;
}
