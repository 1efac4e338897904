//! What comes before the nodes: the check of what the version takes away, and the control plane.

use std::{process::Stdio, time::Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::{
    ClusterArguments, PATIENCE, counted,
    table::{Row, Table},
};
use crate::{kubectl::kubectl, wait::until};

/// Says what the next version takes away, and ends where something is in the way.
pub(super) async fn check(arguments: &ClusterArguments) -> anyhow::Result<()> {
    let (minor, version) = version().await?;
    let from = format!("1.{minor}");
    let to = arguments.kubernetes.clone().unwrap_or_else(|| format!("1.{}", minor + 1));
    eprintln!("the cluster is of {version}; what {to} takes away:");
    let mut command = Command::new(&arguments.argosy);
    command.args(["doctor", "--from", &from, "--kubernetes", &to, "--env", "local"]);
    let status = command.stdin(Stdio::null()).status().await;
    let status = status.with_context(|| format!("{} cannot be started", arguments.argosy.display()))?;
    ensure!(
        status.success(),
        "something is in the way of Kubernetes {to}, or it is not the next version: see above"
    );
    Ok(())
}

/// Runs the command that upgrades the control plane while everything goes on.
pub(super) async fn upgrade(arguments: &ClusterArguments, table: &mut Table) -> anyhow::Result<()> {
    let Some(command) = &arguments.control_plane else {
        eprintln!("the control plane stays as it is: there is no --control-plane");
        return Ok(());
    };
    eprintln!("the control plane");
    let start = Instant::now();
    shell(command, None).await?;
    let replaced = start.elapsed();
    until("the API server is ready", PATIENCE, async || {
        kubectl(&["get", "--raw", "/readyz"]).await.map(drop)
    })
    .await?;
    let (_, version) = version().await?;
    let settled = start.elapsed().checked_sub(replaced);
    table.push(Row {
        name: "control plane".into(),
        version: Some(version),
        replaced: Some(replaced),
        settled,
        ..Row::default()
    });
    let (requests, failed) = counted().await?;
    ensure!(failed == 0, "{failed} of {requests} requests failed while the control plane was upgraded");
    Ok(())
}

/// The minor version of the API server, and all of it.
async fn version() -> anyhow::Result<(u32, String)> {
    let answer: Value = serde_json::from_str(&kubectl(&["version", "--output=json"]).await?)?;
    let version = answer["serverVersion"]["gitVersion"].as_str().context("no version of the API server")?;
    let minor = version.trim_start_matches('v').split('.').nth(1).and_then(|minor| minor.parse().ok());
    Ok((minor.with_context(|| format!("which minor version is {version}?"))?, version.to_owned()))
}

/// Runs a command of the caller's, with a node as $1 and ARGOSY_NODE.
pub(super) async fn shell(command: &str, node: Option<&str>) -> anyhow::Result<()> {
    let mut shell = Command::new("sh");
    shell.args(["-c", command, "sh"]).stdin(Stdio::null()).kill_on_drop(true);
    if let Some(node) = node {
        shell.arg(node).env("ARGOSY_NODE", node);
    }
    let status = shell.status().await.context("sh cannot be started")?;
    if !status.success() {
        bail!("`{command}` ends with {status}");
    }
    Ok(())
}
