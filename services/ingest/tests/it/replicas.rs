//! Several replicas on one shared subscription.

use crate::{api::Mode, stack::Stack, until};

#[tokio::test]
async fn replicas_share_the_load_and_a_dead_one_strands_nothing() {
    let stack = Stack::start(Mode::Working).await;
    let first = stack.replica("first", &[]).await;
    let second = stack.replica("second", &[]).await;
    first.is_ready().await;
    second.is_ready().await;
    let device = stack.device("a");
    device.send(0..200).await;
    assert_eq!(stack.committed(200).await, 0);
    second.kill().await;
    device.send(200..400).await;
    // The broker keeps the dead one's share for its session; the other goes on.
    until("the other's share", async || stack.api.times().len(), |count| *count > 200).await;
    let second = stack.replica("second", &[]).await;
    stack.committed(400).await;
    // One that stops in an orderly way finds its share when it is back, too.
    second.stop().await;
    device.send(400..500).await;
    let second = stack.replica("second", &[]).await;
    stack.committed(500).await;
    first.stop().await;
    second.stop().await;
}
