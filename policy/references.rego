# What an object names is there.
package argosy

policies["reference"] := {
	"why": "Nothing in the same render has that name",
	"remedy": "write it as the other object has it, or add that object",
}

denied contains problem if {
	some resource in input.objects
	some [path, selector] in meant(resource)
	count(selected(resource, selector)) == 0
	problem := refusal("reference", resource, path, "selects no pod")
}

# Selectors that would be of no use without pods.
meant(resource) := [["spec.selector", {"matchLabels": resource.spec.selector}]] if {
	resource.kind == "Service"
	resource.spec.selector
} else := [["spec.selector", resource.spec.selector]] if {
	resource.kind == "PodDisruptionBudget"
} else := []

denied contains problem if {
	some service in input.objects
	service.kind == "Service"
	served := selected(service, {"matchLabels": service.spec.selector})
	count(served) > 0
	some port in service.spec.ports
	is_string(port.targetPort)
	every workload in served { not port.targetPort in port_names(workload.pod) }
	path := sprintf("spec.ports[%s].targetPort", [port.name])
	problem := refusal("reference", service, path, sprintf("is %q, which no pod that it selects has", [port.targetPort]))
}

denied contains problem if {
	some container in containers
	some probe in ["startupProbe", "readinessProbe", "livenessProbe"]
	some how in ["httpGet", "tcpSocket"]
	port := container.spec[probe][how].port
	is_string(port)
	not port in {named.name | some named in container.spec.ports}
	path := sprintf("%s.%s.%s.port", [container.field, probe, how])
	problem := refusal("reference", container.resource, path, sprintf("is %q, which the container does not have", [port]))
}

port_names(pod) := {port.name |
	some list in ["containers", "initContainers"]
	some container in pod.spec[list]
	some port in container.ports
}

denied contains problem if {
	some autoscaler in input.objects
	autoscaler.kind == "HorizontalPodAutoscaler"
	target := autoscaler.spec.scaleTargetRef
	not exists(target.kind, target.name, autoscaler)
	problem := refusal("reference", autoscaler, "spec.scaleTargetRef", sprintf("is %s/%s", [target.kind, target.name]))
}

denied contains problem if {
	some workload in workloads
	account := object.get(workload.pod.spec, "serviceAccountName", "default")
	account != "default"
	not exists("ServiceAccount", account, workload.resource)
	problem := refusal("reference", workload.resource, field(workload, "serviceAccountName"), sprintf("is %q", [account]))
}

denied contains problem if {
	some workload in workloads
	some volume in workload.pod.spec.volumes
	source := volume.configMap
	not object.get(source, "optional", false)
	not exists("ConfigMap", source.name, workload.resource)
	path := field(workload, sprintf("volumes[%s].configMap.name", [volume.name]))
	problem := refusal("reference", workload.resource, path, sprintf("is %q", [source.name]))
}

# Only overlays are whole: what makes a Secret may be another component.
denied contains problem if {
	startswith(input.name, "overlays/")
	some workload in workloads
	some volume in workload.pod.spec.volumes
	source := volume.secret
	not object.get(source, "optional", false)
	not made(source.secretName)
	path := field(workload, sprintf("volumes[%s].secret.secretName", [volume.name]))
	problem := refusal("reference", workload.resource, path, sprintf("is %q", [source.secretName]))
}

made(secret) if {
	some resource in input.objects
	secret in makes(resource)
}

makes(resource) := {name(resource)} if {
	resource.kind == "Secret"
} else := {object.get(resource.spec, ["target", "name"], name(resource))} if {
	resource.kind == "ExternalSecret"
} else := {resource.spec.secretName} if {
	resource.kind == "Certificate"
} else := {secret | some rule in resource.rules; "secrets" in rule.resources; "update" in rule.verbs; some secret in rule.resourceNames} if {
	# A job that has the right to write them by name.
	resource.kind == "Role"
}

# An environment is one namespace, though several kustomizations make it.
denied contains problem if {
	startswith(input.name, "overlays/")
	spaces := {namespace(resource) | some resource in input.objects} - {""}
	count(spaces) > 1
	odd := max(spaces)
	resource := [resource | some resource in input.objects; namespace(resource) == odd][0]
	others := concat(", ", spaces - {odd})
	problem := refusal("reference", resource, "metadata.namespace", sprintf("is %q, and of other objects %q", [odd, others]))
}

exists(kind, called, beside) if {
	some resource in input.objects
	resource.kind == kind
	name(resource) == called
	namespace(resource) == namespace(beside)
}
