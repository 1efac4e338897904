# Nothing talks to anything that is not named.
package argosy

policies["network-policy"] := {
	"why": "Every pod of the cluster could talk to it, or it to all of the internet",
	"remedy": "add a NetworkPolicy that selects its pods and names the direction in policyTypes",
}

denied contains problem if {
	some workload in workloads
	some direction in ["Ingress", "Egress"]
	not closed(workload, direction)
	problem := refusal("network-policy", workload.resource, "", sprintf("has no NetworkPolicy for %s", [direction]))
}

closed(workload, direction) if {
	some policy in input.objects
	policy.kind == "NetworkPolicy"
	direction in policy.spec.policyTypes
	workload in selected(policy, policy.spec.podSelector)
}
