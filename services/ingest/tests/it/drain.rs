//! Stopping in an orderly way.

use crate::{api::Mode, stack::Stack, until};

#[tokio::test]
async fn a_drain_leaves_nothing_unacknowledged() {
    let stack = Stack::start(Mode::Working).await;
    let service = stack.service(&["--batch-messages", "5", "--batch-linger-ms", "50"]).await;
    service.is_ready().await;
    let device = stack.device("a");
    let sending = async {
        for start in (0..500).step_by(50) {
            device.send(start..start + 50).await;
        }
    };
    let stopping = async {
        until("the first commits", async || stack.api.times().len(), |count| *count > 20).await;
        service.stop().await;
    };
    tokio::join!(sending, stopping);
    // What came while nobody listened waits in the session; nothing comes twice.
    let service = stack.service(&[]).await;
    assert_eq!(stack.committed(500).await, 0);
    service.stop().await;
}

#[tokio::test]
async fn a_replica_that_leaves_strands_nothing() {
    let stack = Stack::start(Mode::Working).await;
    let stays = stack.replica("stays", &[]).await;
    let leaves = stack.replica("leaves", &["--leave-on-stop"]).await;
    let device = stack.device("a");
    let sending = async {
        for start in (0..500).step_by(50) {
            device.send(start..start + 50).await;
        }
    };
    let leaving = async {
        until("the first commits", async || stack.api.times().len(), |count| *count > 20).await;
        leaves.stop().await;
    };
    tokio::join!(sending, leaving);
    assert_eq!(stack.committed(500).await, 0);
    stays.stop().await;
}

#[tokio::test]
async fn a_drain_ends_in_time_when_the_api_is_away() {
    let stack = Stack::start(Mode::Failing(503)).await;
    let service = stack.service(&["--drain-seconds", "1"]).await;
    stack.device("a").send(0..20).await;
    until("a request", async || stack.api.requests(), |requests| *requests > 0).await;
    service.stop().await;
    stack.api.become_(Mode::Working);
    let service = stack.service(&[]).await;
    assert_eq!(stack.committed(20).await, 0);
    service.stop().await;
}

#[tokio::test]
async fn a_service_without_broker_stops_at_once() {
    let mut stack = Stack::start(Mode::Working).await;
    stack.broker.broker.stop().await.unwrap();
    let service = stack.waiting("ingest", &[]).await;
    service.is_not_ready("broker").await;
    service.stop().await;
}
