//! On which nodes each service is: one that is on a single node is gone when that node fails, whatever its budget says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{NAMESPACE, kubectl::list};

/// Says where the services are, and which of them are not spread.
pub(super) async fn tell() -> anyhow::Result<()> {
    let pods = list(&["--namespace", NAMESPACE, "pods", "--selector", "app.kubernetes.io/component=service"])
        .await?;
    for line in lines(&pods) {
        eprintln!("{line}");
    }
    Ok(())
}

/// A line a service.
fn lines(pods: &[Value]) -> Vec<String> {
    let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| pod["status"]["phase"] == "Running") {
        let name = pod["metadata"]["labels"]["app.kubernetes.io/instance"].as_str().unwrap_or_default();
        services.entry(name).or_default().push(pod["spec"]["nodeName"].as_str().unwrap_or_default());
    }
    let line = |(name, mut nodes): (&str, Vec<&str>)| {
        nodes.sort_unstable();
        let is_together = nodes.len() > 1 && nodes.iter().collect::<BTreeSet<_>>().len() == 1;
        let hint = if is_together {
            ": all on one, as happens where nodes have no label topology.kubernetes.io/zone, since pods are spread over zones as well"
        } else {
            ""
        };
        format!("{name} is on {}{hint}", nodes.join(", "))
    };
    services.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_that_is_on_one_node_is_told_apart() {
        let pod = |service: &str, node: &str| {
            let labels = json!({"app.kubernetes.io/instance": service});
            json!({"metadata": {"labels": labels}, "spec": {"nodeName": node}, "status": {"phase": "Running"}})
        };
        let lines = lines(&[
            pod("api", "b"),
            pod("api", "a"),
            pod("webapp", "a"),
            pod("webapp", "a"),
            pod("simulator", "a"),
        ]);
        assert_eq!(lines[0], "api is on a, b");
        assert_eq!(lines[1], "simulator is on a");
        assert!(lines[2].starts_with("webapp is on a, a: all on one"), "{lines:?}");
    }
}
