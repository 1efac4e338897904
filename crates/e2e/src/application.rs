//! The environment as Argo CD sees it.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::{
    NAMESPACE,
    kubectl::{get, kubectl, list},
    wait::until,
};

/// Namespace of Argo CD.
pub(crate) const ARGOCD: &str = "argocd";
/// The application that the application set makes of the environment.
pub(crate) const APPLICATION: &str = "argosy-local";
/// How long a reconciliation may take: pulling images is most of it.
const LIMIT: Duration = Duration::from_secs(600);

/// Tells Argo CD that Git has changed, as a webhook would.
async fn refresh() -> anyhow::Result<()> {
    let application = format!("application/{APPLICATION}");
    let refresh = "argocd.argoproj.io/refresh=normal";
    kubectl(&["annotate", "--namespace", ARGOCD, &application, refresh, "--overwrite"]).await.map(drop)
}

/// Waits until the cluster is this commit, and healthy.
pub(crate) async fn becomes(commit: &str) -> anyhow::Result<()> {
    until(&format!("{APPLICATION} is {commit}"), LIMIT, async || {
        let status = status_at(commit).await?;
        let (sync, health) = (&status["sync"]["status"], &status["health"]["status"]);
        // A sync that still runs has hooks to wait for.
        let phase = &status["operationState"]["phase"];
        ensure!(
            sync == "Synced" && health == "Healthy" && phase == "Succeeded",
            "it is {sync}, {health}, its operation {phase}: {}",
            why(&status)
        );
        Ok(())
    })
    .await
}

/// Waits until Argo CD says that something is wrong, and gives what it says.
pub(crate) async fn shows_trouble(commit: &str) -> anyhow::Result<String> {
    until(&format!("{APPLICATION} is Degraded"), LIMIT, async || {
        let status = status_at(commit).await?;
        ensure!(status["health"]["status"] == "Degraded", "its health is {}", status["health"]["status"]);
        Ok(why(&status))
    })
    .await
}

/// The status, once it is of this commit.
async fn status_at(commit: &str) -> anyhow::Result<Value> {
    let status = status().await?;
    let seen = status["sync"]["revision"].as_str().unwrap_or("none");
    if seen != commit {
        let reason = format!("the commit that is seen is {seen}: {}", why(&status));
        refresh().await?;
        bail!(reason);
    }
    Ok(status)
}

/// What Argo CD knows.
pub(crate) async fn status() -> anyhow::Result<Value> {
    let mut application = get(&["--namespace", ARGOCD, "application", APPLICATION]).await?;
    if application["status"].is_null() {
        bail!("{APPLICATION} has no status yet");
    }
    Ok(application["status"].take())
}

/// What is not as it must be, in words.
pub(crate) fn why(status: &Value) -> String {
    let message = |value: &Value| value["message"].as_str().unwrap_or_default().to_owned();
    let mut reasons: Vec<String> =
        status["conditions"].as_array().into_iter().flatten().map(message).collect();
    reasons.push(message(&status["operationState"]));
    for resource in status["resources"].as_array().into_iter().flatten() {
        let health = &resource["health"];
        if health["status"].as_str().is_some_and(|status| status != "Healthy") {
            reasons.push(format!(
                "{} {}: {} {}",
                resource["kind"],
                resource["name"],
                health["status"],
                message(health)
            ));
        }
    }
    reasons.retain(|reason| !reason.is_empty());
    reasons.join("; ")
}

/// A pod, and what it was started with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pod {
    /// Another one for each pod, even of the same name.
    pub(crate) uid: String,
    /// The image.
    pub(crate) image: String,
}

/// The pods of a service, without those that end.
pub(crate) async fn pods(service: &str) -> anyhow::Result<Vec<Pod>> {
    let selector = format!("app.kubernetes.io/instance={service},app.kubernetes.io/component=service");
    let pods = list(&["--namespace", NAMESPACE, "pods", "--selector", &selector]).await?;
    pods.iter()
        .filter(|pod| pod["metadata"]["deletionTimestamp"].is_null())
        .map(|pod| {
            let image = pod["spec"]["containers"][0]["image"].as_str().context("a pod without an image")?;
            let uid = pod["metadata"]["uid"].as_str().context("a pod without a uid")?;
            Ok(Pod { uid: uid.to_owned(), image: image.to_owned() })
        })
        .collect()
}
