# The cluster knows what a container needs, how it is, and how long it takes to stop.
package argosy

policies["resources"] := {
	"why": "Without it the scheduler guesses, and one pod's leak is its neighbours' end",
	"remedy": "give requests for cpu and memory, and a limit on memory",
}

denied contains problem if {
	some container in containers
	some path in [["requests", "cpu"], ["requests", "memory"], ["limits", "memory"]]
	object.get(container.spec, array.concat(["resources"], path), null) == null
	problem := refusal("resources", container.resource, sprintf("%s.resources", [container.field]), sprintf("has no %s", [concat(".", path)]))
}

policies["probes"] := {
	"why": "A pod that hangs would stay, and one that is not ready would be sent requests",
	"remedy": "add it, or an exception with its reason to policy/exceptions.yaml",
}

denied contains problem if {
	some container in containers
	container.lasts
	some probe in ["startupProbe", "readinessProbe", "livenessProbe"]
	not container.spec[probe]
	problem := refusal("probes", container.resource, container.field, sprintf("has no %s", [probe]))
}

policies["liveness"] := {
	"why": "A liveness probe that asks a dependency starts every replica again when that is away",
	"remedy": "ask /livez, which looks at the process alone",
}

denied contains problem if {
	some container in containers
	some probe in ["startupProbe", "livenessProbe"]
	path := container.spec[probe].httpGet.path
	path != "/livez"
	problem := refusal("liveness", container.resource, sprintf("%s.%s.httpGet.path", [container.field, probe]), sprintf("is %q", [path]))
}

policies["grace-period"] := {
	"why": "The kubelet would kill it with work under way",
	"remedy": "set ARGOSY_DRAIN_SECONDS, and terminationGracePeriodSeconds to more than that and the preStop sleep",
}

denied contains problem if {
	some container in containers
	container.lasts
	some variable in container.spec.env
	variable.name == "ARGOSY_ADMIN_LISTEN"
	not drain_seconds(container)
	problem := refusal("grace-period", container.resource, sprintf("%s.env", [container.field]), "does not say how long it drains")
}

denied contains problem if {
	some container in containers
	needed := drain_seconds(container) + object.get(container.spec, ["lifecycle", "preStop", "sleep", "seconds"], 0)
	grace := object.get(container.pod.spec, "terminationGracePeriodSeconds", 30)
	needed >= grace
	problem := refusal("grace-period", container.resource, container.field, sprintf("drains for %d s of %d s of grace", [needed, grace]))
}

drain_seconds(container) := to_number(variable.value) if {
	some variable in container.spec.env
	variable.name == "ARGOSY_DRAIN_SECONDS"
}
