# Objects are found by their labels.
package argosy

policies["labels"] := {
	"why": "Selectors, dashboards and people find it by these",
	"remedy": "add app.kubernetes.io/name (the service) and app.kubernetes.io/part-of",
}

denied contains problem if {
	some resource in input.objects
	labelled(resource)
	some label in ["app.kubernetes.io/name", "app.kubernetes.io/part-of"]
	not labels(resource)[label]
	problem := refusal("labels", resource, "metadata.labels", sprintf("has no %s", [label]))
}

denied contains problem if {
	some workload in workloads
	some label in ["app.kubernetes.io/name", "app.kubernetes.io/part-of"]
	not labels(workload.pod)[label]
	path := concat(".", array.concat(workload.path, ["metadata", "labels"]))
	problem := refusal("labels", workload.resource, path, sprintf("has no %s", [label]))
}

labelled(resource) if templates[resource.kind]

labelled(resource) if resource.kind in {"HorizontalPodAutoscaler", "PodDisruptionBudget", "Service"}

policies["selectors"] := {
	"why": "A workload's selector cannot change, and what another selects would be lost with each release",
	"remedy": "select by app.kubernetes.io/name and app.kubernetes.io/instance alone",
}

denied contains problem if {
	some resource in input.objects
	some selector in selectors(resource)
	some label in ["app.kubernetes.io/version", "app.kubernetes.io/managed-by", "helm.sh/chart"]
	selector[label]
	problem := refusal("selectors", resource, "", sprintf("selects by %s", [label]))
}

selectors(resource) := {selector |
	some path in [["spec", "selector"], ["spec", "selector", "matchLabels"], ["spec", "podSelector", "matchLabels"]]
	selector := object.get(resource, path, {})
}
