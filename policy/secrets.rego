# Git has no secret that can be read.
package argosy

policies["secret-clear"] := {
	"why": "Who can read the repository could read it, for ever",
	"remedy": "encrypt the file with SOPS, or have External Secrets or a job make the Secret; then make a new secret, since this one is known",
}

denied contains problem if {
	some secret in input.objects
	secret.kind == "Secret"
	some list in ["data", "stringData"]
	some key, value in secret[list]
	not encrypted(secret, value)
	problem := refusal("secret-clear", secret, sprintf("%s[%s]", [list, key]), "is not encrypted")
}

encrypted(secret, value) if {
	secret.sops
	startswith(value, "ENC[")
}

policies["secret-value"] := {
	"why": "It is shown to everyone who may look at the object",
	"remedy": "put it into a Secret, mount that, and name the file (`..._FILE`)",
}

denied contains problem if {
	some container in containers
	some variable in container.spec.env
	holds_secret(variable)
	problem := refusal("secret-value", container.resource, sprintf("%s.env[%s]", [container.field, variable.name]), "holds a secret")
}

denied contains problem if {
	some container in containers
	some list in ["args", "command"]
	some argument in container.spec[list]
	readable_secret(argument)
	problem := refusal("secret-value", container.resource, sprintf("%s.%s", [container.field, list]), "hold a password or a key")
}

denied contains problem if {
	some resource in input.objects
	resource.kind == "ConfigMap"
	some key, value in resource.data
	readable_secret(value)
	problem := refusal("secret-value", resource, sprintf("data[%s]", [key]), "holds a password or a key")
}

holds_secret(variable) if {
	regex.match(`(?i)(password|passwd|secret|token|credential|_key$)`, variable.name)
	not startswith(variable.value, "/")
}

holds_secret(variable) if readable_secret(variable.value)

readable_secret(text) if regex.match(`://[^/@:\s]*:[^/@\s]+@`, text)

readable_secret(text) if contains(text, "PRIVATE KEY-----")
