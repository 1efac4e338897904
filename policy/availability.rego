# Nodes can be emptied one after the other, and nobody notices.
package argosy

policies["disruption-budget"] := {
	"why": "Nodes that are emptied together would take all of its replicas at once",
	"remedy": "add a PodDisruptionBudget that selects its pods",
}

denied contains problem if {
	some resource in input.objects
	resource.kind in replicated
	replicas(resource) > 1
	not has_budget(resource)
	problem := refusal("disruption-budget", resource, "", sprintf("has %d replicas and no budget", [replicas(resource)]))
}

has_budget(resource) if {
	some budget in input.objects
	budget.kind == "PodDisruptionBudget"
	some workload in selected(budget, budget.spec.selector)
	workload.resource == resource
}

policies["disruption-allowed"] := {
	"why": "No node could be emptied while there are as few replicas as that",
	"remedy": "use maxUnavailable, of at least 1",
}

denied contains problem if {
	some budget in input.objects
	budget.kind == "PodDisruptionBudget"
	object.get(budget.spec, "maxUnavailable", 0) in {0, "0", "0%"}
	problem := refusal("disruption-allowed", budget, "spec", "may allow no disruption at all")
}

policies["autoscaling"] := {
	"why": "The reconciler and the autoscaler would undo each other's number",
	"remedy": "leave `replicas` out, and set the autoscaler's minReplicas",
}

denied contains problem if {
	some resource in input.objects
	resource.kind in replicated
	count(autoscalers(resource)) > 0
	resource.spec.replicas
	problem := refusal("autoscaling", resource, "spec.replicas", "is given, and there is an autoscaler")
}
