//! Pods die at random.

use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::time::sleep;

use crate::{
    NAMESPACE, Run, application,
    kubectl::{kubectl, list},
    pods,
};

/// Pods that live: the test's own.
const SPARED: &str = "argosy-e2e!=true";
/// The time from a death to the next.
const PAUSE: Duration = Duration::from_secs(6);

/// Kills for some time, half of them without a word, and compares then.
pub(crate) async fn chaos(run: &mut Run) -> anyhow::Result<()> {
    let mut dice = StdRng::seed_from_u64(42);
    let end = Instant::now() + Duration::from_secs(run.arguments.chaos_seconds);
    let mut killed = Vec::new();
    while Instant::now() < end {
        let pods = list(&[
            "--namespace",
            NAMESPACE,
            "pods",
            "--selector",
            SPARED,
            "--field-selector",
            "status.phase=Running",
        ])
        .await?;
        if !pods.is_empty() {
            let pod = &pods[dice.random_range(0..pods.len())];
            let name = pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            let mut delete = vec!["delete", "pod", "--namespace", NAMESPACE, &name, "--wait=false"];
            if dice.random_bool(0.5) {
                delete.extend(["--grace-period=0", "--force"]);
            }
            // It may have gone by itself.
            let _ = kubectl(&delete).await;
            killed.push(name);
        }
        sleep(PAUSE).await;
    }
    let commit = application::status().await?["sync"]["revision"].as_str().unwrap_or_default().to_owned();
    application::becomes(&commit).await?;
    let verdict = pods::verify_load().await?;
    ensure!(
        verdict["acknowledged"].as_u64().is_some_and(|count| count > 0),
        "the ledger is empty: {verdict}"
    );
    let twice = pods::doubled().await?;
    ensure!(twice == 0, "{twice} messages are there twice");
    eprintln!("  killed {}: {}; the ledger: {verdict}", killed.len(), killed.join(" "));
    Ok(())
}
