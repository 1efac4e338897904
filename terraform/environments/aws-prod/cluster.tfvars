kubernetes_version = "1.35"
nodes              = { instance_types = ["m7g.large"], least = 3, most = 6 }

# What the overlay prod needs of a cluster, as far as AWS has it; the rest is in docs/platform.md.
addons = { cert-manager = {} }

# Nobody reaches the control plane from outside: apply the layer gitops from within the network, or name a network here. Change the role to that of bootstrap/aws.
public_cidrs   = []
administrators = { apply = "arn:aws:iam::123456789012:role/argosy-apply" }
