# A process that is broken into finds nothing to go on with.
package argosy

policies["non-root"] := {
	"why": "Root in a container is root on the node, one mistake further",
	"remedy": "set runAsNonRoot to true, and runAsUser to a number that is not 0",
}

denied contains problem if {
	some container in containers
	not runs_as_non_root(container)
	problem := refusal("non-root", container.resource, container.field, "may run as root")
}

runs_as_non_root(container) if {
	setting(container, "runAsNonRoot") == true
	setting(container, "runAsUser") != 0
}

policies["read-only"] := {
	"why": "What can write its own files can be made to stay",
	"remedy": "set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where it writes",
}

denied contains problem if {
	some container in containers
	not setting(container, "readOnlyRootFilesystem") == true
	problem := refusal("read-only", container.resource, container.field, "can write to its root filesystem")
}

policies["privileges"] := {
	"why": "It could become more than it is",
	"remedy": "set securityContext.allowPrivilegeEscalation to false, and leave `privileged` out",
}

denied contains problem if {
	some container in containers
	not gains_none(container)
	problem := refusal("privileges", container.resource, container.field, "can gain privileges")
}

gains_none(container) if {
	setting(container, "allowPrivilegeEscalation") == false
	not setting(container, "privileged") == true
}

policies["capabilities"] := {
	"why": "Nothing of Argosy needs any",
	"remedy": "set securityContext.capabilities to {drop: [ALL]}",
}

denied contains problem if {
	some container in containers
	not object.get(container.spec, ["securityContext", "capabilities"], {}) == {"drop": ["ALL"]}
	problem := refusal("capabilities", container.resource, container.field, "keeps capabilities")
}

policies["seccomp"] := {
	"why": "Without a profile every system call of the node's kernel is open to it",
	"remedy": "set securityContext.seccompProfile to {type: RuntimeDefault}",
}

denied contains problem if {
	some container in containers
	not setting(container, "seccompProfile") == {"type": "RuntimeDefault"}
	problem := refusal("seccomp", container.resource, container.field, "has no seccomp profile")
}

policies["token"] := {
	"why": "A service account's token opens the cluster's API, which no service calls",
	"remedy": "set automountServiceAccountToken to false",
}

denied contains problem if {
	some workload in workloads
	not workload.pod.spec.automountServiceAccountToken == false
	problem := refusal("token", workload.resource, field(workload, "automountServiceAccountToken"), "is not false")
}

policies["host"] := {
	"why": "What is the node's is every tenant's",
	"remedy": "use a volume claim or an emptyDir, and a Service",
}

denied contains problem if {
	some workload in workloads
	some key in ["hostIPC", "hostNetwork", "hostPID"]
	workload.pod.spec[key] == true
	problem := refusal("host", workload.resource, field(workload, key), "is true")
}

denied contains problem if {
	some workload in workloads
	some volume in workload.pod.spec.volumes
	volume.hostPath
	problem := refusal("host", workload.resource, field(workload, sprintf("volumes[%s]", [volume.name])), "is a folder of the node")
}

denied contains problem if {
	some container in containers
	some port in container.spec.ports
	port.hostPort
	found := sprintf("takes the node's port %d", [port.hostPort])
	problem := refusal("host", container.resource, sprintf("%s.ports", [container.field]), found)
}

# A container's own setting, or else that of its pod.
setting(container, key) := object.get(
	container.spec,
	["securityContext", key],
	object.get(container.pod.spec, ["securityContext", key], null),
)
