# Each case of cases/ is a patch of the objects in cases/good.yaml: with those of `pass` no policy finds fault, with those of `fail` the
# policy under whose name they stand, and no other.
package argosy_test

import data.argosy

test_good if count(refused("overlays/test", [])) == 0

test_case[policy][title] if {
	some policy in (object.keys(data.cases) - {"good"})
	cases := data.cases[policy]
	render := object.get(cases, "render", "overlays/test")
	some title, [patch, expected] in object.union(
		{sprintf("pass: %s", [what]): [change, set()] | some what, change in cases.pass},
		{sprintf("fail: %s", [what]): [change, {policy}] | some what, change in cases.fail},
	)
	refused(render, patch) == expected
}

test_every_policy_has_cases[policy] if {
	some policy, _ in argosy.policies
	count(data.cases[policy].pass) > 0
	count(data.cases[policy].fail) > 0
}

test_every_case_has_a_policy[policy] if {
	some policy in (object.keys(data.cases) - {"good"})
	argosy.policies[policy]
}

refused(render, patch) := {refusal.policy | some refusal in refusals} if {
	objects := [resource | some resource in json.patch(data.cases.good, patch)]
	refusals := argosy.denied with input as {"name": render, "objects": objects}
}

# The line that a person reads, from text as Kustomize gives it.
text := `apiVersion: v1
kind: Service
metadata:
  annotations:
    config.kubernetes.io/origin: |
      path: ../../../../kustomize/base/api/service.yaml
  labels:
    app.kubernetes.io/name: api
    app.kubernetes.io/part-of: argosy
  name: api
spec:
  selector:
    app.kubernetes.io/name: apis
---
# A document of comments alone.
`

exception := {"policy": "reference", "resource": "Service/api", "reason": "for the test"}

report(exceptions) := lines if {
	renders := [{"name": "overlays/test", "text": text}]
	lines := argosy.report with input as {"renders": renders} with data.exceptions as exceptions
}

test_report if {
	report([]) == {"overlays/test: Service/api (kustomize/base/api/service.yaml): spec.selector selects no pod. Nothing in the same render has that name: write it as the other object has it, or add that object. [reference]"}
}

test_exception if count(report([exception])) == 0

test_exception_of_a_field if count(report([object.union(exception, {"field": "spec.sel", "render": "overlays/"})])) == 0

test_exception_of_another_field if count(report([object.union(exception, {"field": "spec.ports"})])) == 2

test_exception_that_nothing_needs if {
	unneeded := {"policy": "token", "resource": "Job/secrets", "reason": "for the test"}
	"policy/exceptions.yaml: nothing needs the exception of Job/secrets from token: remove it." in report([exception, unneeded])
}
