# What is wrong with the objects that clusters are given, a line each. scripts/manifests asks for `report`, over everything that it has
# built: {"renders": [{"name": "overlays/dev", "text": "..."}]}. The other files hold the policies. They see one render at a time:
# {"name": "overlays/dev", "objects": [...]}.
package argosy

# What is wrong in several renders is said once.
report contains line if {
	some refused, renders in not_excepted
	policy := policies[refused.policy]
	line := sprintf("%s: %s%s: %s. %s: %s. [%s]", [
		summary(renders),
		refused.resource,
		refused.file,
		trim_left(sprintf("%s %s", [refused.field, refused.found]), " "),
		policy.why,
		policy.remedy,
		refused.policy,
	])
}

report contains line if {
	some exception in data.exceptions
	every refused in refusals { not covers(exception, refused) }
	line := sprintf("policy/exceptions.yaml: nothing needs the exception of %s from %s: remove it.", [
		exception.resource,
		exception.policy,
	])
}

not_excepted[problem] contains refused.render if {
	some refused in refusals
	every exception in data.exceptions { not covers(exception, refused) }
	problem := object.remove(refused, ["render"])
}

summary(renders) := sort(renders)[0] if {
	count(renders) == 1
} else := sprintf("%s and %d more", [sort(renders)[0], count(renders) - 1])

refusals contains object.union(refused, {"render": render.name}) if {
	some render in input.renders
	parsed := {"name": render.name, "objects": documents(render.text)}
	some refused in denied with input as parsed
}

documents(text) := [document |
	some part in split(text, "\n---\n")
	document := yaml.unmarshal(part)
	is_object(document)
]

# An exception may be narrowed to renders and to fields that begin so.
covers(exception, refused) if {
	exception.policy == refused.policy
	exception.resource == refused.resource
	startswith(refused.render, object.get(exception, "render", ""))
	startswith(refused.field, object.get(exception, "field", ""))
}

refusal(policy, resource, field, found) := {
	"policy": policy,
	"resource": title(resource),
	"file": file(resource),
	"field": field,
	"found": found,
}
