//! The reconciler on the cluster, by the commands that people use.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use crate::{NAMESPACE, application::ARGOCD, kubectl::kubectl, wait::until};

/// Namespaces and volumes take their time.
const LIMIT: Duration = Duration::from_secs(300);

/// Installs it where it is missing, and its root, which reads this repository.
pub(crate) async fn install(repository: &str, manifest: Option<&Path>) -> anyhow::Result<()> {
    let mut arguments = vec!["gitops".to_owned(), format!("REPO={repository}")];
    arguments.extend(manifest.map(|manifest| format!("MANIFEST={}", manifest.display())));
    make(&arguments).await
}

/// Removes the root, and waits until everything that came from it is gone.
pub(crate) async fn remove() -> anyhow::Result<()> {
    make(&["gitops-down".to_owned()]).await?;
    until("the namespace is gone", LIMIT, async || {
        let left = kubectl(&["get", "namespace", NAMESPACE, "--ignore-not-found", "--output=name"]).await?;
        ensure!(left.is_empty(), "{NAMESPACE} is still there");
        let left =
            kubectl(&["get", "applications,applicationsets", "--namespace", ARGOCD, "--output=name"]).await?;
        ensure!(left.trim().is_empty(), "{left} is still there");
        Ok(())
    })
    .await
}

async fn make(arguments: &[String]) -> anyhow::Result<()> {
    let mut command = Command::new("make");
    command.args(["--silent", "ENV=local"]).args(arguments).stdin(Stdio::null());
    let status = command.status().await.context("make cannot be started")?;
    ensure!(status.success(), "make {} fails", arguments[0]);
    Ok(())
}
