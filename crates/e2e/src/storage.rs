//! Volumes for a cluster that makes none by itself: folders of its node.

use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};

use crate::{
    kubectl::{apply, get, kubectl, list},
    wait::until,
};

/// What the backing services claim, and the user that each of them is.
const CLAIMS: [(&str, u32); 2] = [("postgres", 999), ("mosquitto", 1883)];
const LABEL: &str = "argosy-e2e-storage";
/// The annotation that says which node has a volume, where one was named.
const NODE: &str = "argosy-e2e-node";

/// Makes volumes, unless the cluster has a class that does; on this node, where one is named.
pub(crate) async fn prepare(node: Option<&str>) -> anyhow::Result<()> {
    if !list(&["storageclass"]).await?.is_empty() {
        return Ok(());
    }
    let root = format!("/var/lib/argosy-e2e/{}", std::process::id());
    let volumes: Vec<Value> = CLAIMS
        .iter()
        .map(|(name, _)| {
            json!({
                "apiVersion": "v1", "kind": "PersistentVolume",
                "metadata": {"name": format!("argosy-e2e-{name}"), "labels": {LABEL: "true"}, "annotations": node.map(|node| json!({NODE: node}))},
                "spec": {
                    "capacity": {"storage": "50Gi"}, "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Retain",
                    "claimRef": {"namespace": crate::NAMESPACE, "name": format!("data-{name}-0")},
                    "hostPath": {"path": format!("{root}/{name}"), "type": "DirectoryOrCreate"},
                },
            })
        })
        .collect();
    apply(&json!({"apiVersion": "v1", "kind": "List", "items": volumes})).await?;
    // Whom a folder of the node belongs to, no cluster changes.
    let commands: Vec<String> = CLAIMS
        .iter()
        .map(|(name, user)| {
            format!("mkdir -p /root/{name} && chown {user}:{user} /root/{name} && chmod 0770 /root/{name}")
        })
        .collect();
    on_node(&root, &commands.join(" && "), node).await
}

/// Takes the volumes away, with what is in them.
pub(crate) async fn remove() -> anyhow::Result<()> {
    let label = format!("{LABEL}=true");
    let volumes = list(&["persistentvolume", "--selector", &label]).await?;
    for volume in &volumes {
        if let Some(path) = volume["spec"]["hostPath"]["path"].as_str() {
            on_node(path, "rm -rf /root/* /root/.[!.]*", volume["metadata"]["annotations"][NODE].as_str())
                .await?;
        }
    }
    kubectl(&["delete", "persistentvolume", "--selector", &label, "--ignore-not-found"]).await.map(drop)
}

/// Runs a command on a folder of a node, by a pod.
async fn on_node(path: &str, command: &str, node: Option<&str>) -> anyhow::Result<()> {
    let name = "e2e-storage";
    let delete = ["delete", "pod", "--namespace", "kube-system", name, "--ignore-not-found"];
    kubectl(&delete).await?;
    apply(&json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {
            "nodeName": node,
            "restartPolicy": "Never",
            "containers": [{"name": "main", "image": "postgres:17.6", "command": ["sh", "-c", command],
                            "volumeMounts": [{"name": "root", "mountPath": "/root"}]}],
            "volumes": [{"name": "root", "hostPath": {"path": path, "type": "DirectoryOrCreate"}}],
        },
    }))
    .await?;
    until(&format!("the pod {name} has ended"), Duration::from_secs(120), async || {
        let pod = get(&["--namespace", "kube-system", "pod", name]).await?;
        ensure!(pod["status"]["phase"] == "Succeeded", "it is {}", pod["status"]);
        Ok(())
    })
    .await?;
    kubectl(&delete).await.map(drop)
}
