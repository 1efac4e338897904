//! Parts that fail, and what is lost: nothing.

use std::collections::BTreeSet;

use crate::{api::Mode, stack::Stack, until};

#[tokio::test]
async fn nothing_is_acknowledged_that_is_not_committed() {
    let stack = Stack::start(Mode::Hanging).await;
    let service = stack.service(&[]).await;
    stack.device("a").send(0..100).await;
    until("a request", async || stack.api.requests(), |requests| *requests > 0).await;
    service.kill().await;
    assert!(stack.api.committed().is_empty());
    stack.api.become_(Mode::Working);
    let service = stack.service(&[]).await;
    assert_eq!(stack.committed(100).await, 0);
    service.stop().await;
}

#[tokio::test]
async fn an_api_that_fails_gets_everything_once_it_is_back() {
    let stack = Stack::start(Mode::Working).await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    for mode in [Mode::Failing(503), Mode::Failing(429), Mode::Failing(500), Mode::Hanging] {
        stack.api.become_(mode);
        let before = stack.api.times().len();
        let (requests, device) = (stack.api.requests(), stack.device("a"));
        device.send(before..before + 100).await;
        until("attempts", async || stack.api.requests(), |now| *now > requests + 1).await;
        assert_eq!(stack.api.times().len(), before);
        service.is_not_ready("api").await;
        stack.api.become_(Mode::Working);
        assert_eq!(stack.committed(before + 100).await, 0);
        service.is_ready().await;
    }
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_repeated_and_nothing_else() {
    let stack = Stack::start(Mode::BreakingOff).await;
    let service = stack.service(&[]).await;
    stack.device("a").send(0..100).await;
    until("commits", async || stack.api.times().len(), |count| *count == 100).await;
    stack.api.become_(Mode::Working);
    service.stop().await;
    // After an orderly stop nothing is sent again.
    let before = stack.api.committed().len();
    let service = stack.service(&[]).await;
    service.is_ready().await;
    stack.device("a").send(100..101).await;
    stack.committed(101).await;
    assert_eq!(stack.api.committed().len(), before + 1);
}

#[tokio::test]
async fn a_broker_that_restarts_delivers_again_what_was_not_acknowledged() {
    let mut stack = Stack::start(Mode::Hanging).await;
    let service = stack.service(&[]).await;
    stack.device("a").send(0..100).await;
    until("a request", async || stack.api.requests(), |requests| *requests > 0).await;
    stack.broker.broker.stop().await.unwrap();
    service.is_not_ready("broker").await;
    stack.broker.broker.start().await.unwrap();
    stack.api.become_(Mode::Working);
    stack.committed(100).await;
    service.is_ready().await;
    stack.device("a").send(100..200).await;
    stack.committed(200).await;
}

#[tokio::test]
async fn what_a_crashed_broker_has_forgotten_is_stored_if_it_was_received() {
    let mut stack = Stack::start(Mode::Failing(503)).await;
    let service = stack.service(&[]).await;
    stack.device("a").send(0..100).await;
    until("a request", async || stack.api.requests(), |requests| *requests > 0).await;
    stack.broker.broker.kill().await.unwrap();
    stack.api.become_(Mode::Working);
    stack.committed(100).await;
    stack.broker.broker.start().await.unwrap();
    service.is_ready().await;
    stack.device("a").send(100..200).await;
    stack.committed(200).await;
}

#[tokio::test]
async fn a_broker_that_falls_silent_is_noticed() {
    let mut stack = Stack::start(Mode::Working).await;
    let service = stack.service(&[]).await;
    service.is_ready().await;
    stack.broker.broker.process().unwrap().pause().unwrap();
    service.is_not_ready("broker").await;
    stack.broker.broker.process().unwrap().resume().unwrap();
    service.is_ready().await;
    stack.device("a").send(0..10).await;
    assert_eq!(stack.committed(10).await, 0);
}

#[tokio::test]
async fn what_is_held_is_bounded_while_the_api_is_away() {
    let stack = Stack::start(Mode::Hanging).await;
    let options = ["--receive-maximum", "50", "--batch-messages", "10", "--batches-in-flight", "2"];
    let service = stack.service(&options).await;
    stack.device("a").send(0..1000).await;
    until("requests", async || stack.api.requests(), |requests| *requests >= 6).await;
    assert!(stack.api.peak() <= 2, "{}", stack.api.peak());
    stack.api.become_(Mode::Working);
    stack.committed(1000).await;
    assert!(stack.api.peak() <= 2, "{}", stack.api.peak());
    service.stop().await;
}

#[tokio::test]
async fn an_outage_of_everything_at_once_loses_nothing() {
    let mut stack = Stack::start(Mode::Working).await;
    let device = stack.device("a");
    let mut service = stack.service(&["--batch-messages", "7"]).await;
    service.is_ready().await;
    for round in 0..3 {
        let mode = [Mode::BreakingOff, Mode::Hanging, Mode::Failing(503)][round];
        device.send(round * 100..round * 100 + 50).await;
        stack.api.become_(mode);
        device.send(round * 100 + 50..round * 100 + 100).await;
        service.kill().await;
        stack.broker.broker.stop().await.unwrap();
        stack.broker.broker.start().await.unwrap();
        service = stack.service(&["--batch-messages", "7"]).await;
        stack.api.become_(Mode::Working);
    }
    stack.committed(300).await;
    let numbers: BTreeSet<_> = stack.api.times().into_keys().collect();
    assert_eq!(numbers.len(), 300);
    service.stop().await;
}
