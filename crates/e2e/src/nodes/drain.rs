//! One node: emptied as budgets allow it, replaced, and back.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use chrono::Utc;
use serde_json::Value;
use tokio::time::sleep;

use super::{
    ClusterArguments, PATIENCE, budget,
    control_plane::shell,
    eviction::{Eviction, evict},
    node::{self, Node},
    table::Row,
};
use crate::{NAMESPACE, kubectl::list, pods::OWN, wait::until};

/// From a request that a budget refused to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// Cordons, evicts, replaces and uncordons a node, and waits until every service has all its pods again. That which stands for what is not in
/// the cluster is emptied of the services alone, and not replaced.
pub(super) async fn replace(
    arguments: &ClusterArguments,
    node: &Node,
    is_outside: bool,
) -> anyhow::Result<Row> {
    settled().await?;
    eprintln!("{}{}", node.name, if is_outside { ": emptied of the services, and not replaced" } else { "" });
    node.cordon().await?;
    let start = Instant::now();
    let (evicted, held) = empty(arguments, node, is_outside).await?;
    let emptied = start.elapsed();
    let mut row = Row {
        name: node.name.clone(),
        evicted: Some(evicted),
        held: Some(held),
        emptied: Some(emptied),
        ..Row::default()
    };
    let mut back = node.clone();
    if let Some(command) = arguments.replace_node.as_ref().filter(|_| !is_outside) {
        let start = Instant::now();
        let known: BTreeSet<String> = node::all().await?.into_iter().map(|node| node.name).collect();
        shell(command, Some(&node.name)).await?;
        back = node.is_replaced(&known, Utc::now()).await?;
        row.replaced = Some(start.elapsed());
    }
    row.version = Some(back.version.clone());
    back.uncordon().await?;
    let start = Instant::now();
    settled().await?;
    row.settled = Some(start.elapsed());
    Ok(row)
}

/// Evicts until nothing is left that has to go; how many went, and for how long budgets held any.
async fn empty(
    arguments: &ClusterArguments,
    node: &Node,
    is_outside: bool,
) -> anyhow::Result<(usize, Duration)> {
    let (mut evicted, mut held) = (BTreeSet::new(), Duration::ZERO);
    let end = Instant::now() + Duration::from_secs(arguments.drain_seconds);
    let mut told = String::new();
    loop {
        let begin = Instant::now();
        let mut left = pods_of(node).await?;
        left.retain(|pod| if is_outside { is_of_a_service(pod) } else { has_to_go(pod) });
        if left.is_empty() {
            return Ok((evicted.len(), held));
        }
        let mut why = BTreeSet::new();
        for pod in &left {
            if is_ending(pod) {
                continue;
            }
            ensure!(
                has_an_owner(pod),
                "{} belongs to nobody, so nothing would bring it back: delete it, or leave it out",
                name_of(pod)
            );
            match evict(pod, arguments.wrong).await? {
                Eviction::Granted => {
                    evicted.insert(pod["metadata"]["uid"].to_string());
                }
                Eviction::Held => {
                    why.insert(format!("{} waits: {}", name_of(pod), budget::holding(pod).await?));
                }
            }
        }
        let now = why.iter().map(String::as_str).collect::<Vec<_>>().join("\n  ");
        if !now.is_empty() && now != told {
            eprintln!("  {now}");
        }
        told = now;
        if Instant::now() > end {
            let names: Vec<String> = left.iter().map(name_of).collect();
            bail!(
                "it is not empty after {} s: {} are left. {told}",
                arguments.drain_seconds,
                names.join(", ")
            );
        }
        sleep(PAUSE).await;
        if !told.is_empty() {
            held += begin.elapsed();
        }
    }
}

async fn pods_of(node: &Node) -> anyhow::Result<Vec<Value>> {
    let field = format!("spec.nodeName={}", node.name);
    list(&["--all-namespaces", "pods", "--field-selector", &field]).await
}

/// Whether a pod has to go before its node does: not what a node has of its own, nor what has ended.
fn has_to_go(pod: &Value) -> bool {
    let metadata = &pod["metadata"];
    let is_daemon = owners(pod).any(|owner| owner["kind"] == "DaemonSet");
    let is_static = !metadata["annotations"]["kubernetes.io/config.mirror"].is_null();
    let has_ended = ["Succeeded", "Failed"].iter().any(|phase| pod["status"]["phase"] == *phase);
    !(is_daemon || is_static || has_ended)
}

fn is_of_a_service(pod: &Value) -> bool {
    let metadata = &pod["metadata"];
    has_to_go(pod)
        && metadata["namespace"] == NAMESPACE
        && metadata["labels"]["app.kubernetes.io/component"] == "service"
        && metadata["labels"][OWN].is_null()
}

fn is_ending(pod: &Value) -> bool {
    !pod["metadata"]["deletionTimestamp"].is_null()
}

fn has_an_owner(pod: &Value) -> bool {
    owners(pod).any(|owner| owner["controller"] == true)
}

fn owners(pod: &Value) -> impl Iterator<Item = &Value> {
    pod["metadata"]["ownerReferences"].as_array().into_iter().flatten()
}

fn name_of(pod: &Value) -> String {
    let text = |key: &str| pod["metadata"][key].as_str().unwrap_or_default();
    format!("{}/{}", text("namespace"), text("name"))
}

/// Waits until each Deployment and StatefulSet of the environment has all its pods, ready.
async fn settled() -> anyhow::Result<()> {
    until("every service has all its pods", PATIENCE, async || {
        for one in list(&["--namespace", NAMESPACE, "deployments,statefulsets"]).await? {
            let (wanted, ready) =
                (&one["spec"]["replicas"], one["status"]["readyReplicas"].as_u64().unwrap_or(0));
            let wanted = wanted.as_u64().context("how many replicas?")?;
            ensure!(ready == wanted, "{} has {ready} of {wanted}", name_of(&one));
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(kind: &str, namespace: &str, labels: &Value) -> Value {
        let owners = json!([{"kind": kind, "controller": true}]);
        json!({"metadata": {"name": "p", "namespace": namespace, "labels": labels, "ownerReferences": owners}, "status": {"phase": "Running"}})
    }

    #[test]
    fn what_a_node_has_of_its_own_stays() {
        assert!(has_to_go(&pod("ReplicaSet", "argocd", &json!({}))));
        assert!(!has_to_go(&pod("DaemonSet", "kube-system", &json!({}))));
        let mut ended = pod("Job", "argosy", &json!({}));
        ended["status"]["phase"] = "Succeeded".into();
        assert!(!has_to_go(&ended));
        let mut mirror = pod("Node", "kube-system", &json!({}));
        mirror["metadata"]["annotations"] = json!({"kubernetes.io/config.mirror": "x"});
        assert!(!has_to_go(&mirror));
    }

    #[test]
    fn from_the_outside_services_go_and_what_stands_for_managed_ones_stays() {
        let labels = |component: &str| json!({"app.kubernetes.io/component": component});
        assert!(is_of_a_service(&pod("ReplicaSet", NAMESPACE, &labels("service"))));
        assert!(!is_of_a_service(&pod("StatefulSet", NAMESPACE, &labels("database"))));
        assert!(!is_of_a_service(&pod("ReplicaSet", "argocd", &labels("service"))));
        assert!(!has_an_owner(&json!({"metadata": {"name": "bare"}})));
    }
}
