# What policies ask about the objects of a render.
package argosy

# Where each kind that makes pods describes them.
templates := {
	"CronJob": ["spec", "jobTemplate", "spec", "template"],
	"DaemonSet": ["spec", "template"],
	"Deployment": ["spec", "template"],
	"Job": ["spec", "template"],
	"Pod": [],
	"StatefulSet": ["spec", "template"],
}

workloads contains {"resource": resource, "pod": pod, "path": path} if {
	some resource in input.objects
	path := templates[resource.kind]
	pod := object.get(resource, path, {})
}

# Every container with its pod. One that lasts is started again when it ends.
containers contains {
	"resource": workload.resource,
	"pod": workload.pod,
	"spec": container,
	"field": field(workload, sprintf("%s[%s]", [list, container.name])),
	"lasts": lasts(list, container, workload.pod),
} if {
	some workload in workloads
	some list in ["containers", "initContainers"]
	some container in object.get(workload.pod.spec, list, [])
}

lasts("containers", _, pod) := object.get(pod.spec, "restartPolicy", "Always") == "Always"

lasts("initContainers", container, _) := object.get(container, "restartPolicy", "") == "Always"

# The path of a field of a pod.
field(workload, name) := concat(".", array.concat(workload.path, ["spec", name]))

title(resource) := sprintf("%s/%s", [resource.kind, name(resource)])

name(resource) := object.get(resource, ["metadata", "name"], "")

namespace(resource) := object.get(resource, ["metadata", "namespace"], "")

labels(resource) := object.get(resource, ["metadata", "labels"], {})

# The file of which Kustomize says that an object comes from it.
file(resource) := sprintf(" (%s)", [path]) if {
	origin := yaml.unmarshal(resource.metadata.annotations["config.kubernetes.io/origin"])
	path := trim_left(object.get(origin, "path", object.get(origin, "configuredIn", "")), "./")
} else := ""

replicated := {"Deployment", "StatefulSet"}

autoscalers(resource) := {autoscaler |
	some autoscaler in input.objects
	autoscaler.kind == "HorizontalPodAutoscaler"
	namespace(autoscaler) == namespace(resource)
	autoscaler.spec.scaleTargetRef.kind == resource.kind
	autoscaler.spec.scaleTargetRef.name == name(resource)
}

# How many pods there are at least.
replicas(resource) := max(said | wanted) if {
	said := {object.get(resource, ["spec", "replicas"], 1)}
	wanted := {autoscaler.spec.minReplicas | some autoscaler in autoscalers(resource)}
}

# Pods that the selector of another object in the same namespace means.
selected(resource, selector) := {workload |
	some workload in workloads
	namespace(workload.resource) == namespace(resource)
	matches(selector, labels(workload.pod))
}

matches(selector, have) if {
	every key, value in object.get(selector, "matchLabels", {}) { have[key] == value }
	every expression in object.get(selector, "matchExpressions", []) { holds(expression, have) }
}

holds(expression, have) if {
	expression.operator == "In"
	have[expression.key] in expression.values
}

holds(expression, have) if {
	expression.operator == "NotIn"
	not have[expression.key] in expression.values
}

holds(expression, have) if {
	expression.operator == "Exists"
	expression.key in object.keys(have)
}

holds(expression, have) if {
	expression.operator == "DoesNotExist"
	not expression.key in object.keys(have)
}
