//! Secrets as Kubernetes reads them.

use serde_json::{Value, json};

use super::make::{Data, Secrets};

/// All of them in a list.
pub(super) fn list(namespace: &str, secrets: &Secrets) -> Value {
    let items: Vec<_> = secrets.iter().map(|(name, data)| manifest(name, Some(namespace), data)).collect();
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

/// All of them in one object of sops-secrets-operator, which makes them in the cluster.
pub(super) fn sops_secret(namespace: &str, secrets: &Secrets) -> Value {
    let templates: Vec<_> = secrets
        .iter()
        .map(|(name, data)| {
            json!({"name": name, "type": kind(data), "labels": {"app.kubernetes.io/part-of": "argosy"}, "stringData": data})
        })
        .collect();
    json!({
        "apiVersion": "isindir.github.com/v1alpha3",
        "kind": "SopsSecret",
        "metadata": {"name": "argosy", "namespace": namespace},
        "spec": {"secretTemplates": templates},
    })
}

fn kind(data: &Data) -> &'static str {
    if data.contains_key("tls.crt") { "kubernetes.io/tls" } else { "Opaque" }
}

/// The object; without a namespace where the request's path names it.
pub(super) fn manifest(name: &str, namespace: Option<&str>, data: &Data) -> Value {
    let mut metadata = json!({
        "name": name,
        "labels": {"app.kubernetes.io/part-of": "argosy", "app.kubernetes.io/managed-by": "argosy-secrets"},
    });
    if let Some(namespace) = namespace {
        metadata["namespace"] = namespace.into();
    }
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind(data), "stringData": data})
}
