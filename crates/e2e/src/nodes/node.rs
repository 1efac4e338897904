//! Nodes: which there are, and whether pods may come to them.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::PATIENCE;
use crate::{
    kubectl::{get, kubectl, list},
    wait::until,
};

/// A node.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Its name.
    pub(super) name: String,
    /// The version of its kubelet.
    pub(super) version: String,
    is_ready: bool,
    is_cordoned: bool,
}

impl Node {
    fn of(node: &Value) -> anyhow::Result<Self> {
        let conditions = node["status"]["conditions"].as_array();
        let is_ready = |condition: &Value| condition["type"] == "Ready" && condition["status"] == "True";
        Ok(Self {
            name: node["metadata"]["name"].as_str().context("a node without a name")?.to_owned(),
            version: node["status"]["nodeInfo"]["kubeletVersion"].as_str().unwrap_or("unknown").to_owned(),
            is_ready: conditions.into_iter().flatten().any(is_ready),
            is_cordoned: node["spec"]["unschedulable"].as_bool().unwrap_or(false)
                || node["spec"]["taints"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|taint| taint["effect"] == "NoSchedule"),
        })
    }

    /// Lets no more pods come.
    pub(super) async fn cordon(&self) -> anyhow::Result<()> {
        kubectl(&["cordon", &self.name]).await.map(drop)
    }

    /// Lets pods come again; one that is no more needs nothing.
    pub(super) async fn uncordon(&self) -> anyhow::Result<()> {
        let name = kubectl(&["get", "node", &self.name, "--ignore-not-found", "--output=name"]).await?;
        if !name.is_empty() {
            kubectl(&["uncordon", &self.name]).await?;
        }
        Ok(())
    }

    /// Waits until this node, or one in its place, is ready and has said so since.
    pub(super) async fn is_replaced(
        &self,
        known: &BTreeSet<String>,
        since: DateTime<Utc>,
    ) -> anyhow::Result<Self> {
        until(&format!("a node is ready in the place of {}", self.name), PATIENCE, async || {
            let nodes = all().await?;
            let new = nodes.iter().find(|node| node.name == self.name || !known.contains(&node.name));
            let node = new.with_context(|| format!("{} is gone, and no other has come", self.name))?;
            ensure!(node.is_ready, "{} is not ready", node.name);
            // What is said of a node outlives its kubelet for most of a minute.
            let lease = get(&["--namespace", "kube-node-lease", "lease", &node.name]).await?;
            let renewed: DateTime<Utc> = lease["spec"]["renewTime"].as_str().context("no time")?.parse()?;
            ensure!(renewed > since, "{} has not been heard of since {renewed}", node.name);
            Ok(node.clone())
        })
        .await
    }
}

/// Every node.
pub(super) async fn all() -> anyhow::Result<Vec<Node>> {
    let mut nodes: Vec<Node> = list(&["nodes"]).await?.iter().map(Node::of).collect::<anyhow::Result<_>>()?;
    nodes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(nodes)
}

/// Those that pods may come to.
pub(super) async fn schedulable() -> anyhow::Result<Vec<Node>> {
    let mut nodes = all().await?;
    nodes.retain(|node| node.is_ready && !node.is_cordoned);
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_node_that_is_tainted_or_cordoned_takes_no_pods() {
        let node = |spec: Value| {
            let status = json!({"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"kubeletVersion": "v1.35.2"}});
            Node::of(&json!({"metadata": {"name": "a"}, "spec": spec, "status": status})).unwrap()
        };
        let free = node(json!({}));
        assert!(free.is_ready && !free.is_cordoned && free.version == "v1.35.2");
        assert!(node(json!({"unschedulable": true})).is_cordoned);
        assert!(
            node(
                json!({"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]})
            )
            .is_cordoned
        );
        assert!(!node(json!({"taints": [{"key": "x", "effect": "PreferNoSchedule"}]})).is_cordoned);
    }
}
