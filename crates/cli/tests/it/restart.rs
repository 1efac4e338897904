//! A part that dies is started again.

use std::time::Duration;

use argosy_testkit::eventually;

use crate::stack::Stack;

#[tokio::test]
async fn every_part_that_is_killed_comes_back() {
    let stack = Stack::start(&["--devices", "3"]).await;
    for name in ["webapp", "ingest", "api", "redis", "broker", "postgres", "simulator"] {
        let before = stack.part(name).await;
        stack.kill(name).await;
        eventually(Duration::from_secs(30), async || {
            let part = stack.part(name).await;
            anyhow::ensure!(part["state"] == "ready" && part["pid"] != before["pid"], "{part}");
            anyhow::ensure!(part["restarts"].as_i64() > before["restarts"].as_i64(), "{part}");
            Ok(())
        })
        .await;
    }
    eventually(Duration::from_secs(30), async || {
        let overview = stack.client().read_overview().await?;
        anyhow::ensure!(overview.online == 3, "{} are online", overview.online);
        Ok(())
    })
    .await;
}
