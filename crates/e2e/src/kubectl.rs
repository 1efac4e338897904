//! The cluster, by `kubectl`.

use std::{process::Stdio, time::Duration};

use anyhow::{Context as _, bail};
use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};

use crate::NAMESPACE;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// What `kubectl` prints.
pub(crate) async fn kubectl(arguments: &[&str]) -> anyhow::Result<String> {
    call(arguments, None).await
}

/// The object or list that `kubectl get` prints.
pub(crate) async fn get(arguments: &[&str]) -> anyhow::Result<Value> {
    let text = call(&[&["get", "--output=json"], arguments].concat(), None).await?;
    serde_json::from_str(&text).context("kubectl prints no JSON")
}

/// The items of a list.
pub(crate) async fn list(arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
    Ok(get(arguments).await?["items"].as_array().cloned().unwrap_or_default())
}

/// Applies objects.
pub(crate) async fn apply(objects: &Value) -> anyhow::Result<()> {
    call(&["apply", "--server-side", "--force-conflicts", "--filename=-"], Some(objects.to_string()))
        .await
        .map(drop)
}

/// Posts an object to a path of the API; what it answers.
pub(crate) async fn create(path: &str, object: &Value) -> anyhow::Result<String> {
    call(&["create", "--raw", path, "--filename=-"], Some(object.to_string())).await
}

/// What PostgreSQL answers to a statement that gives one number.
pub(crate) async fn count(statement: &str) -> anyhow::Result<u64> {
    let exec =
        ["exec", "--namespace", NAMESPACE, "postgres-0", "--", "psql", "--username=argosy", "--tuples-only"];
    Ok(kubectl(&[&exec[..], &["--command", statement]].concat()).await?.trim().parse()?)
}

async fn call(arguments: &[&str], input: Option<String>) -> anyhow::Result<String> {
    let what = || format!("kubectl {}", arguments.join(" "));
    let mut child = Command::new("kubectl")
        .args(arguments)
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("kubectl cannot be started: https://kubernetes.io/docs/tasks/tools/")?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input.as_bytes()).await?;
    }
    let output = timeout(PATIENCE, child.wait_with_output())
        .await
        .with_context(|| format!("{} takes longer than {} s", what(), PATIENCE.as_secs()))??;
    if !output.status.success() {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{}: {} {}", what(), err.trim(), out.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
