# What runs is what a commit names.
package argosy

policies["image-digest"] := {
	"why": "A tag can be moved to another image, and the commit would not say what runs",
	"remedy": "name the digest, in the overlay's `images`",
}

denied contains problem if {
	startswith(input.name, "overlays/")
	some container in containers
	not has_digest(container.spec.image)
	problem := refusal("image-digest", container.resource, sprintf("%s.image", [container.field]), sprintf("is %q", [container.spec.image]))
}

policies["image-version"] := {
	"why": "`latest`, no tag and half a version mean another image tomorrow",
	"remedy": "give the whole version (`17.6`), or a digest",
}

denied contains problem if {
	some container in containers
	not has_digest(container.spec.image)
	not has_version(container.spec.image)
	not left_to_overlays(container.spec.image)
	problem := refusal("image-version", container.resource, sprintf("%s.image", [container.field]), sprintf("is %q", [container.spec.image]))
}

has_digest(image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)

has_version(image) if regex.match(`:v?[0-9]+\.[0-9][^/:@]*(@|$)`, image)

# A component may name an image without more: every overlay that takes it says which.
left_to_overlays(image) if {
	startswith(input.name, "combinations/")
	not regex.match(`[:@][^/]*$`, image)
}
