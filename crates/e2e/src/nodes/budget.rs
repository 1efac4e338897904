//! Disruption budgets: which of them holds a pod, in words.

use serde_json::Value;

use crate::kubectl::list;

/// The budgets that let a pod not go, each with how it stands; nothing where none does.
pub(super) async fn holding(pod: &Value) -> anyhow::Result<String> {
    let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
    let budgets = list(&["--namespace", namespace, "poddisruptionbudgets"]).await?;
    let holding = budgets.iter().filter(|budget| selects(budget, pod) && allowed(budget) == 0);
    Ok(holding.map(describe).collect::<Vec<_>>().join("; "))
}

/// Whether a budget selects a pod, by labels and by the expressions that there are.
fn selects(budget: &Value, pod: &Value) -> bool {
    let selector = &budget["spec"]["selector"];
    let label = |key: &str| pod["metadata"]["labels"][key].as_str();
    let labels = selector["matchLabels"].as_object();
    let has = |(key, value): (&String, &Value)| label(key).is_some_and(|label| value == label);
    let fits = |expression: &Value| {
        let label = label(expression["key"].as_str().unwrap_or_default());
        let among =
            || expression["values"].as_array().into_iter().flatten().any(|value| value.as_str() == label);
        match expression["operator"].as_str().unwrap_or_default() {
            "In" => label.is_some() && among(),
            "NotIn" => label.is_none() || !among(),
            "Exists" => label.is_some(),
            "DoesNotExist" => label.is_none(),
            _ => false,
        }
    };
    labels.into_iter().flatten().all(has)
        && selector["matchExpressions"].as_array().into_iter().flatten().all(fits)
}

fn allowed(budget: &Value) -> i64 {
    budget["status"]["disruptionsAllowed"].as_i64().unwrap_or(0)
}

fn describe(budget: &Value) -> String {
    let (metadata, status) = (&budget["metadata"], &budget["status"]);
    let number = |key: &str| status[key].as_i64().unwrap_or(0);
    format!(
        "the PodDisruptionBudget {}/{} allows no disruption: {} of {} pods are healthy, and {} have to be",
        metadata["namespace"].as_str().unwrap_or_default(),
        metadata["name"].as_str().unwrap_or_default(),
        number("currentHealthy"),
        number("expectedPods"),
        number("desiredHealthy"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_budget_that_holds_a_pod_is_named_with_its_numbers() {
        let budget = json!({
            "metadata": {"name": "api", "namespace": "argosy"},
            "spec": {"selector": {"matchLabels": {"app": "api"}, "matchExpressions": [{"key": "part", "operator": "NotIn", "values": ["job"]}]}},
            "status": {"disruptionsAllowed": 0, "currentHealthy": 1, "expectedPods": 2, "desiredHealthy": 1},
        });
        let pod = |labels: Value| json!({"metadata": {"namespace": "argosy", "labels": labels}});
        assert!(selects(&budget, &pod(json!({"app": "api"}))));
        assert!(!selects(&budget, &pod(json!({"app": "api", "part": "job"}))));
        assert!(!selects(&budget, &pod(json!({"app": "webapp"}))));
        assert_eq!(
            describe(&budget),
            "the PodDisruptionBudget argosy/api allows no disruption: 1 of 2 pods are healthy, and 1 have to be"
        );
    }
}
