//! A secret as Kubernetes reads it.

use serde_json::{Value, json};

use super::make::Data;

/// The object; without a namespace where the request's path names it.
pub(super) fn manifest(name: &str, namespace: Option<&str>, data: &Data) -> Value {
    let kind = if data.contains_key("tls.crt") { "kubernetes.io/tls" } else { "Opaque" };
    let mut metadata = json!({
        "name": name,
        "labels": {"app.kubernetes.io/part-of": "argosy", "app.kubernetes.io/managed-by": "argosy-secrets"},
    });
    if let Some(namespace) = namespace {
        metadata["namespace"] = namespace.into();
    }
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind, "stringData": data})
}
