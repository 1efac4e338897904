//! Argosy: messages acknowledged after their commit.

use std::time::Duration;

use crate::{
    child::Client,
    measure::{Flow, flow},
    stack::Stack,
};

/// Messages committed in a second.
pub(crate) async fn measure(
    stack: &mut Stack,
    devices: u32,
    warm_up: Duration,
    time: Duration,
) -> anyhow::Result<Flow> {
    let mut publishers = Client::publishers(stack.plain_port, devices, &[])?;
    let processes = stack.processes();
    let before = stack.stored().await?;
    let measured =
        flow(&mut publishers, &processes, warm_up, time, async || Ok(stack.stored().await? - before)).await?;
    drop(publishers);
    settle(stack).await?;
    Ok(measured)
}

/// Waits until nothing more comes.
pub(crate) async fn settle(stack: &Stack) -> anyhow::Result<()> {
    let mut last = 0;
    loop {
        let stored = stack.stored().await?;
        if stored == last {
            return Ok(());
        }
        last = stored;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
