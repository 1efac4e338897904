//! What is not in Git does not last.

use std::{collections::BTreeMap, time::Duration};

use anyhow::ensure;
use serde_json::json;

use crate::{
    NAMESPACE, Run, application,
    kubectl::{get, kubectl},
    pods,
    wait::until,
};

/// How long the reconciler may take to notice.
const LIMIT: Duration = Duration::from_secs(180);
/// A resource of the test's own in the overlay.
const FILE: &str = "kustomize/overlays/local/services/e2e.yaml";
const KUSTOMIZATION: &str = "kustomize/overlays/local/services/kustomization.yaml";

/// A hand edit is put right, what leaves Git leaves the cluster, and a broken commit harms nobody.
pub(crate) async fn heal(run: &mut Run) -> anyhow::Result<()> {
    kubectl(&["set", "env", "--namespace", NAMESPACE, "deployment/webapp", "ARGOSY_LOG=debug"]).await?;
    until("a hand edit is put right", LIMIT, async || {
        let webapp = get(&["--namespace", NAMESPACE, "deployment", "webapp"]).await?;
        let variables = webapp["spec"]["template"]["spec"]["containers"][0]["env"].to_string();
        ensure!(!variables.contains("debug"), "the edit is still there");
        Ok(())
    })
    .await?;
    prune(run).await?;
    break_and_mend(run).await
}

async fn prune(run: &Run) -> anyhow::Result<()> {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "e2e"}, "data": {"from": "git"}});
    let kustomization = std::fs::read_to_string(run.repository.path(KUSTOMIZATION))?;
    let with = kustomization.replace("resources:\n", "resources:\n  - e2e.yaml\n");
    run.repository.write(FILE, Some(&object.to_string()))?;
    run.repository.write(KUSTOMIZATION, Some(&with))?;
    application::becomes(&run.repository.commit("Add a resource")?).await?;
    kubectl(&["get", "configmap", "--namespace", NAMESPACE, "e2e"]).await?;
    run.repository.write(FILE, None)?;
    run.repository.write(KUSTOMIZATION, Some(&kustomization))?;
    application::becomes(&run.repository.commit("Remove the resource")?).await?;
    until("what is removed from Git is pruned", LIMIT, async || {
        ensure!(
            kubectl(&["get", "configmap", "--namespace", NAMESPACE, "e2e"]).await.is_err(),
            "it is still there"
        );
        Ok(())
    })
    .await
}

/// A digest that no registry has: the pods that run go on, and the reconciler says what is wrong.
async fn break_and_mend(run: &mut Run) -> anyhow::Result<()> {
    let before = application::pods("webapp").await?;
    let nowhere = BTreeMap::from([("webapp".to_owned(), format!("sha256:{}", "0".repeat(64)))]);
    let broken = run.repository.set_images(&run.images.registry, &nowhere).await?;
    let says = application::shows_trouble(&broken).await?;
    eprintln!("  Argo CD says: {says}");
    let running = application::pods("webapp").await?;
    ensure!(before.iter().all(|pod| running.contains(pod)), "the pods that ran are gone: {running:?}");
    let (requests, failed) = pods::counted().await?;
    ensure!(failed == 0, "{failed} of {requests} requests failed beside a broken commit");
    application::becomes(&run.repository.revert(&broken)?).await
}
