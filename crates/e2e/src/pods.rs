//! Pods of the test's own: a fleet that keeps a ledger, somebody who watches, and a probe.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::{
    NAMESPACE,
    kubectl::{apply, count, get, kubectl},
    wait::until,
};

/// The fleet of the test.
pub(crate) const FLEET: &str = "e2e";
/// The device that the probe is.
pub(crate) const DEVICE: &str = "e2e-device";
/// The label that every pod of the test has.
pub(crate) const OWN: &str = "argosy-e2e";

/// Lets the test's pods through the namespace's policies.
pub(crate) async fn open_the_door() -> anyhow::Result<()> {
    let pods = json!({"matchLabels": {OWN: "true"}});
    let policy = |name: &str, spec: Value| {
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
               "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec})
    };
    apply(&json!({"apiVersion": "v1", "kind": "List", "items": [
        policy("e2e-out", json!({"podSelector": pods, "policyTypes": ["Egress"], "egress": [{}]})),
        policy("e2e-in", json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": pods}]}]})),
    ]}))
    .await
}

/// A fleet of real devices that keeps a ledger of what was receipted; on this node, where one is named.
pub(crate) async fn start_load(
    image: &str,
    devices: u32,
    rate: f64,
    node: Option<&str>,
) -> anyhow::Result<()> {
    let (devices, rate) = (devices.to_string(), rate.to_string());
    let arguments =
        ["run", "--devices", &devices, "--rate", &rate, "--until-receipt", "--ledger", "/state/ledger"];
    start("e2e-load", image, &arguments, &[("ARGOSY_SIMULATOR_STATE", "/state/certificates")], node).await?;
    ready("e2e-load").await
}

/// A device that publishes through the broker: what `argosy probe` says.
pub(crate) async fn probe(image: &str) -> anyhow::Result<String> {
    start("e2e-probe", image, &["probe", "--device", DEVICE], &[], None).await?;
    until("the probe has succeeded", Duration::from_secs(120), async || {
        let pod = get(&["--namespace", NAMESPACE, "pod", "e2e-probe"]).await?;
        let phase = &pod["status"]["phase"];
        let log = kubectl(&["logs", "--namespace", NAMESPACE, "e2e-probe"]).await?;
        ensure!(phase == "Succeeded", "it is {phase}: {log}");
        Ok(log)
    })
    .await
}

/// Somebody who asks the API and the pages all the time; on this node, where one is named.
pub(crate) async fn start_watch(image: &str, node: Option<&str>) -> anyhow::Result<()> {
    start("e2e-watch", image, &["probe", "--watch", "86400"], &[], node).await?;
    until("requests are counted", Duration::from_secs(60), async || counted().await.map(drop)).await
}

/// Requests so far, and how many of them failed.
pub(crate) async fn counted() -> anyhow::Result<(u64, u64)> {
    let log = kubectl(&["logs", "--namespace", NAMESPACE, "e2e-watch", "--tail=200"]).await?;
    let count = log
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str::<Value>(line).ok())
        .context("nothing is counted yet")?;
    let requests = count["requests"].as_u64().context("no requests")?;
    ensure!(requests > 0, "nothing is counted yet");
    Ok((requests, count["failed"].as_u64().unwrap_or(0)))
}

/// Compares the fleet's ledger with what the API has: what `argosy-simulator verify` prints. It fails where they differ.
pub(crate) async fn verify_load() -> anyhow::Result<Value> {
    let exec = ["exec", "--namespace", NAMESPACE, "e2e-load", "--", "/usr/local/bin/argosy-simulator"];
    let verify = ["verify", "--ledger", "/state/ledger", "--settle", "60s", "--json"];
    let text = kubectl(&[&exec[..], &verify].concat()).await?;
    serde_json::from_str(&text).context("verify prints no JSON")
}

/// Messages of the test's fleet that have two rows, by SQL.
pub(crate) async fn doubled() -> anyhow::Result<u64> {
    let query = format!(
        "select count(*) from (select from readings join devices on devices.id = device_id join fleets on fleets.id = fleet_id \
         where fleets.name = '{FLEET}' group by device_id, boot, seq having count(*) > 1) as twice"
    );
    count(&query).await
}

/// Removes what the test has made.
pub(crate) async fn remove_all() -> anyhow::Result<()> {
    let selector = format!("{OWN}=true");
    kubectl(&["delete", "pods", "--namespace", NAMESPACE, "--selector", &selector, "--ignore-not-found"])
        .await?;
    kubectl(&[
        "delete",
        "networkpolicy",
        "--namespace",
        NAMESPACE,
        "e2e-in",
        "e2e-out",
        "--ignore-not-found",
    ])
    .await?;
    Ok(())
}

async fn ready(name: &str) -> anyhow::Result<()> {
    until(&format!("{name} is ready"), Duration::from_secs(120), async || {
        let pod = get(&["--namespace", NAMESPACE, "pod", name]).await?;
        let conditions = pod["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let ready =
            conditions.iter().any(|condition| condition["type"] == "Ready" && condition["status"] == "True");
        ensure!(ready, "{}", pod["status"]);
        Ok(())
    })
    .await
}

async fn start(
    name: &str,
    image: &str,
    arguments: &[&str],
    more: &[(&str, &str)],
    node: Option<&str>,
) -> anyhow::Result<()> {
    let variables = [
        ("ARGOSY_FLEET", FLEET),
        ("ARGOSY_API_URL", "https://api"),
        ("ARGOSY_API_CA", "/run/argosy/api/ca.crt"),
        ("ARGOSY_API_TOKEN_FILE", "/run/argosy/token/admin-token"),
        ("ARGOSY_WEBAPP_URL", "https://webapp"),
        ("ARGOSY_MQTT_URL", "mqtts://broker:8883"),
        ("ARGOSY_MQTT_CA", "/run/argosy/api/ca.crt"),
        ("ARGOSY_ADMIN_LISTEN", "0.0.0.0:9464"),
    ];
    let variables: Vec<Value> =
        variables.iter().chain(more).map(|(name, value)| json!({"name": name, "value": value})).collect();
    let mounts = [("api", "/run/argosy/api"), ("token", "/run/argosy/token"), ("state", "/state")]
        .map(|(name, path)| json!({"name": name, "mountPath": path}));
    let mut container = json!({
        "name": "main", "image": image, "args": arguments, "env": variables, "volumeMounts": mounts,
        "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
    });
    if name == "e2e-load" {
        container["readinessProbe"] =
            json!({"httpGet": {"path": "/readyz", "port": 9464}, "periodSeconds": 2});
    }
    apply(&json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {OWN: "true"}},
        "spec": {
            "nodeName": node,
            "restartPolicy": "Never",
            "automountServiceAccountToken": false,
            "terminationGracePeriodSeconds": 5,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
                                "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
            "volumes": [
                {"name": "api", "secret": {"secretName": "api-tls", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"name": "token", "secret": {"secretName": "api-bootstrap", "defaultMode": 0o440}},
                {"name": "state", "emptyDir": {}},
            ],
        },
    }))
    .await
}
