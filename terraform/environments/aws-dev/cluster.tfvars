kubernetes_version = "1.35"
nodes              = { instance_types = ["t4g.large"], least = 2, most = 3, disk_gib = 30 }
autoscaling        = false
log_days           = 7
protected          = false

# cert-manager is what the overlay dev needs of a cluster.
addons = { cert-manager = {} }

# Change both: where people come from, and who they are. The role is that of bootstrap/aws.
public_cidrs   = ["203.0.113.0/24"]
administrators = { apply = "arn:aws:iam::123456789012:role/argosy-apply" }
