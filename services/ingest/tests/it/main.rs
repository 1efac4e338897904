//! The service between a real broker and an API that fails as it is told.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod api;
mod device;
mod drain;
mod faults;
mod flow;
mod listener;
mod receipts;
mod refusal;
mod replicas;
mod service;
mod stack;
mod tls;

use std::{fmt::Debug, time::Duration};

use tokio::time::Instant;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until the answer is good; fails with the last answer.
async fn until<T: Debug>(what: &str, mut ask: impl AsyncFnMut() -> T, is_good: impl Fn(&T) -> bool) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = ask().await;
        if is_good(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}; it is {answer:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
