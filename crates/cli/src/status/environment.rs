//! `argosy status --env ENV`: what an environment's reconciler and pods say, by `kubectl`.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio::process::Command;

use super::problems::{Problem, problems};
use crate::{deliver::Wanted, json};

/// Namespace of the services.
const NAMESPACE: &str = "argosy";
/// What is looked at, in the namespace.
const KINDS: &str = "pods,jobs,persistentvolumeclaims,events";

/// Prints what runs in an environment, and what is wrong; fails where something is.
pub(crate) async fn print(environment: &str, as_json: bool) -> anyhow::Result<()> {
    kubectl(&["version", "--request-timeout=10s"])
        .await
        .context("the cluster does not answer: does KUBECONFIG name it?")?;
    let reconcilers = reconcilers(environment).await?;
    let objects = items(&["get", KINDS, "--namespace", NAMESPACE, "--output=json"]).await?;
    let problems = problems(environment, &reconcilers, &objects);
    let wanted = Wanted::ask(Some(environment)).await;
    let mut out = std::io::stdout().lock();
    if as_json {
        let reconcilers: Vec<Value> = reconcilers.iter().map(summary).collect();
        let status = json!({"reconcilers": reconcilers, "problems": problems, "wanted": wanted.to_json()});
        json::print(&mut out, &status)?;
    } else {
        for reconciler in reconcilers.iter().map(summary) {
            let word = |key: &str| reconciler[key].as_str().unwrap_or("unknown").to_owned();
            writeln!(
                out,
                "{:24} {:12} {:12} {}",
                word("name"),
                word("sync"),
                word("health"),
                word("revision")
            )?;
        }
        wanted.print(&mut out)?;
        for Problem { object, says, try_this } in &problems {
            writeln!(out, "\n{object}\n  {says}\n  Try: {try_this}")?;
        }
    }
    if reconcilers.is_empty() {
        bail!(
            "nothing reconciles the environment {environment} in this cluster: `make gitops ENV={environment} REPO=...` begins"
        );
    }
    match problems.len() {
        0 => Ok(()),
        1 => bail!("one thing is not as it must be"),
        count => bail!("{count} things are not as they must be"),
    }
}

/// Argo CD's application, and Flux's kustomizations, as far as there are any.
async fn reconcilers(environment: &str) -> anyhow::Result<Vec<Value>> {
    let mut found = Vec::new();
    let application = format!("argosy-{environment}");
    for (kind, names) in [
        ("applications.argoproj.io", vec![application]),
        (
            "kustomizations.kustomize.toolkit.fluxcd.io",
            vec!["argosy-backing".into(), "argosy-services".into()],
        ),
    ] {
        // A cluster may know neither kind.
        let Ok(all) = items(&["get", kind, "--all-namespaces", "--output=json"]).await else { continue };
        found.extend(all.into_iter().filter(|object| {
            object["metadata"]["name"].as_str().is_some_and(|name| names.iter().any(|wanted| wanted == name))
        }));
    }
    Ok(found)
}

/// A reconciler's object in a line.
fn summary(object: &Value) -> Value {
    let status = &object["status"];
    let name = &object["metadata"]["name"];
    if object["kind"] == "Application" {
        let sync = &status["sync"];
        return json!({"name": name, "sync": sync["status"], "health": status["health"]["status"], "revision": sync["revision"]});
    }
    let ready =
        status["conditions"].as_array().into_iter().flatten().find(|condition| condition["type"] == "Ready");
    json!({"name": name, "sync": ready.map(|ready| &ready["reason"]), "health": ready.map(|ready| &ready["status"]),
           "revision": status["lastAppliedRevision"]})
}

async fn items(arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
    let list: Value = serde_json::from_str(&kubectl(arguments).await?)?;
    Ok(list["items"].as_array().cloned().unwrap_or_default())
}

async fn kubectl(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("kubectl")
        .args(arguments)
        .kill_on_drop(true)
        .output()
        .await
        .context("kubectl cannot be started: https://kubernetes.io/docs/tasks/tools/")?;
    if !output.status.success() {
        bail!("kubectl {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
