//! Devices hear of what is committed.

use std::time::Duration;

use rumqttc::PublishOptions;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{api::Mode, device::Device, listener::Listener, stack::Stack, tls, until};

/// Publishes messages of boot 7 with these numbers.
async fn send(device: &Device, numbers: impl Iterator<Item = i64>) {
    let payloads = numbers.map(|seq| json!({"boot": 7, "seq": seq, "points": []}).to_string().into_bytes());
    device.publish("telemetry", payloads, PublishOptions::at_least_once()).await;
}

async fn listener(stack: &Stack, filter: &'static str) -> Listener {
    Listener::start(Device::options("listener", &stack.broker), filter).await
}

#[tokio::test]
async fn a_device_hears_of_what_is_committed_and_not_too_often() {
    const INTERVAL: Duration = Duration::from_millis(300);
    let stack = Stack::start(Mode::Working).await;
    let listener = listener(&stack, "v1/demo/a/receipt").await;
    let service = stack.service(&["--batch-messages", "5", "--receipt-interval-ms", "300"]).await;
    let (device, start) = (stack.device("a"), Instant::now());
    for first in (1..400).step_by(50) {
        send(&device, first..first + 50).await;
    }
    let expected = json!({"boot": 7, "through": 400});
    until("the last receipt", async || listener.last(), |last| *last == expected).await;
    let heard = listener.heard();
    let most = start.elapsed().as_millis() / INTERVAL.as_millis() + 2;
    assert!(heard.len() as u128 <= most && heard.len() >= 2, "{heard:?}");
    // Each comes after what it says is committed, and says no less than the one before.
    let through: Vec<i64> = heard.iter().map(|(_, _, value)| value["through"].as_i64().unwrap()).collect();
    assert!(through.is_sorted(), "{through:?}");
    assert!(service.metrics().await.contains("argosy_ingest_receipts_total"));
    service.stop().await;
}

#[tokio::test]
async fn nothing_is_said_before_it_is_committed_nor_where_nobody_is_to_be_told() {
    let stack = Stack::start(Mode::Failing(503)).await;
    let listener = listener(&stack, "v1/+/+/receipt").await;
    let service = stack.service(&[]).await;
    send(&stack.device("a"), 1..11).await;
    until("requests", async || stack.api.requests(), |requests| *requests > 2).await;
    assert!(listener.heard().is_empty());
    stack.api.become_(Mode::Working);
    until("the receipt", async || listener.last(), |last| last["through"] == 10).await;
    service.stop().await;

    let before = listener.heard().len();
    let service = stack.service(&["--receipt-interval-ms", "0"]).await;
    send(&stack.device("a"), 11..21).await;
    stack.committed(20).await;
    service.stop().await;
    assert_eq!(listener.heard().len(), before);
    assert!(!stack.api.asked_for_receipts(), "the API need not look for what nobody is told");
}

#[tokio::test]
async fn the_last_receipts_go_out_before_the_service_ends() {
    let stack = Stack::start(Mode::Working).await;
    let listener = listener(&stack, "v1/demo/a/receipt").await;
    let service = stack.service(&["--receipt-interval-ms", "3600000"]).await;
    let device = stack.device("a");
    send(&device, 1..2).await;
    until("the first receipt", async || listener.last(), |last| last["through"] == 1).await;
    send(&device, 2..11).await;
    stack.committed(10).await;
    assert_eq!(listener.heard().len(), 1, "the interval is an hour");
    service.stop().await;
    until("the last receipt", async || listener.last(), |last| last["through"] == 10).await;
}

#[tokio::test]
async fn receipts_outlive_a_broker_that_restarts() {
    let mut stack = Stack::start(Mode::Hanging).await;
    let listener = listener(&stack, "v1/demo/a/receipt").await;
    let service = stack.service(&["--receipt-interval-ms", "100"]).await;
    send(&stack.device("a"), 1..11).await;
    until("a request", async || stack.api.requests(), |requests| *requests > 0).await;
    stack.broker.broker.stop().await.unwrap();
    stack.api.become_(Mode::Working);
    stack.committed(10).await;
    stack.broker.broker.start().await.unwrap();
    // The listener has to be back as well: what it missed it is told after the next message.
    let device = stack.device("a");
    let told = async || {
        send(&device, 11..12).await;
        listener.last()
    };
    until("a receipt", told, |last| last["through"] == 11).await;
    service.stop().await;
}

#[tokio::test]
async fn the_broker_lets_a_device_read_its_own_receipts_alone() {
    let (stack, folder) = (Stack::start(Mode::Working).await, TempDir::new().unwrap());
    let ca = &stack.broker.ca;
    let service = tls::start(&stack, &folder).await;
    service.is_ready().await;
    let options = |name: &str, client: &str| {
        let mut options = Device::tls_options(name, &stack.broker, &ca.client(client).unwrap());
        options.set_client_id(format!("listener-{name}"));
        options
    };
    let own = Listener::start(options("a", "demo/a"), "v1/demo/a/receipt").await;
    let foreign = Listener::start(options("b", "demo/b"), "v1/demo/a/receipt").await;
    send(&stack.device_with_certificate("a", &ca.client("demo/a").unwrap()), 1..4).await;
    until("the receipt", async || own.last(), |last| *last == json!({"boot": 7, "through": 3})).await;
    assert_eq!(own.heard()[0].1, "v1/demo/a/receipt");
    assert!(foreign.heard().is_empty(), "{:?}", foreign.heard());
    service.stop().await;
}

#[tokio::test]
async fn the_brokers_own_figures_and_the_outage_budget_are_metrics() {
    let (stack, folder) = (Stack::start(Mode::Working).await, TempDir::new().unwrap());
    let service = tls::start(&stack, &folder).await;
    service.is_ready().await;
    let device = stack.device("a");
    let metrics = async || {
        send(&device, 1..20).await;
        service.metrics().await
    };
    let names = [
        "argosy_ingest_broker_dropped_total",
        "argosy_ingest_broker_stored_messages",
        "argosy_ingest_broker_stored_bytes",
        "argosy_ingest_broker_received_per_minute",
        "argosy_ingest_outage_budget_seconds",
    ];
    until("the broker's figures", metrics, |text| names.iter().all(|name| text.contains(name))).await;
}
