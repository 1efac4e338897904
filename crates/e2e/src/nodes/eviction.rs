//! One pod's eviction, by the API that respects budgets.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::Wrong;
use crate::kubectl::{create, kubectl};

/// What became of a request to evict.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Eviction {
    /// The pod goes, or is gone.
    Granted,
    /// A budget holds it, for now.
    Held,
}

/// Asks that a pod goes; with a wrong drain it is killed, whatever budgets say.
pub(super) async fn evict(pod: &Value, wrong: Option<Wrong>) -> anyhow::Result<Eviction> {
    let metadata = &pod["metadata"];
    let name = metadata["name"].as_str().context("a pod without a name")?;
    let namespace = metadata["namespace"].as_str().context("a pod without a namespace")?;
    if wrong == Some(Wrong::Delete) {
        let delete =
            ["delete", "pod", "--namespace", namespace, name, "--grace-period=0", "--force", "--wait=false"];
        return kubectl(&delete).await.map(|_| Eviction::Granted);
    }
    // Another pod may have taken the name.
    let body = json!({
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace},
        "deleteOptions": {"preconditions": {"uid": metadata["uid"]}},
    });
    let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/eviction");
    match create(&path, &body).await {
        Ok(_) => Ok(Eviction::Granted),
        Err(error) => outcome(&format!("{error:#}")).ok_or(error),
    }
}

/// What an answer that is no success means; none where it is a failure.
fn outcome(says: &str) -> Option<Eviction> {
    // 429 is a budget; 409 is said of another pod of that name, and of a budget that changes at this moment.
    if says.contains("(TooManyRequests)") || says.contains("disruption budget") {
        Some(Eviction::Held)
    } else if says.contains("(NotFound)") || says.contains("(Conflict)") {
        Some(Eviction::Granted)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_holds_a_pod_that_is_gone_does_not() {
        let held = "Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's disruption budget.";
        assert_eq!(outcome(held), Some(Eviction::Held));
        assert_eq!(
            outcome("Error from server (NotFound): pods \"api-1\" not found"),
            Some(Eviction::Granted)
        );
        assert_eq!(outcome("Unable to connect to the server"), None);
    }
}
