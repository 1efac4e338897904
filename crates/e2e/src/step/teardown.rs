//! Nothing is left.

use std::{process::Stdio, time::Duration};

use anyhow::ensure;
use tokio::process::Command;

use crate::{
    NAMESPACE, Run,
    application::ARGOCD,
    kubectl::{kubectl, list},
    pods, storage,
    wait::until,
};

/// Namespaces and volumes take their time.
const LIMIT: Duration = Duration::from_secs(300);

/// Removes the root, and waits until everything that came from it is gone.
pub(crate) async fn teardown(_run: &Run) -> anyhow::Result<()> {
    pods::remove_all().await?;
    let status = Command::new("make")
        .args(["--silent", "gitops-down", "ENV=local"])
        .stdin(Stdio::null())
        .status()
        .await?;
    ensure!(status.success(), "make gitops-down fails");
    until("the namespace is gone", LIMIT, async || {
        let left = kubectl(&["get", "namespace", NAMESPACE, "--ignore-not-found", "--output=name"]).await?;
        ensure!(left.is_empty(), "{NAMESPACE} is still there");
        let left =
            kubectl(&["get", "applications,applicationsets", "--namespace", ARGOCD, "--output=name"]).await?;
        ensure!(left.trim().is_empty(), "{left} is still there");
        Ok(())
    })
    .await?;
    storage::remove().await?;
    let all =
        ["clusterrole,clusterrolebinding,persistentvolume", "--selector", "app.kubernetes.io/part-of=argosy"];
    let left = list(&all).await?;
    ensure!(left.is_empty(), "{} objects of the cluster are left: {left:?}", left.len());
    Ok(())
}
