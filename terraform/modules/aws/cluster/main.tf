# EKS: a control plane that is reached from within the network, and from outside by networks that are named; managed nodes; and Karpenter, run by AWS, for
# what does not fit on them.

# What runs now, if anything does: a version steps over none. A cluster that does not exist yet cannot be asked, so the list of clusters is.
data "aws_eks_clusters" "all" {}

data "aws_eks_cluster" "now" {
  count = contains(data.aws_eks_clusters.all.names, var.prefix) ? 1 : 0
  name  = var.prefix
}

locals {
  minor      = tonumber(split(".", var.kubernetes_version)[1])
  minor_now  = try(tonumber(split(".", data.aws_eks_cluster.now[0].version)[1]), local.minor)
  is_allowed = local.minor - local.minor_now == 0 || local.minor - local.minor_now == 1
}

resource "aws_cloudwatch_log_group" "this" {
  # EKS writes there and nowhere else.
  name              = "/aws/eks/${var.prefix}/cluster"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_eks_cluster" "this" {
  name     = var.prefix
  version  = var.kubernetes_version
  role_arn = aws_iam_role.cluster.arn

  bootstrap_self_managed_addons = false
  deletion_protection           = var.protected
  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = length(var.endpoint.public_cidrs) > 0
    public_access_cidrs     = length(var.endpoint.public_cidrs) > 0 ? var.endpoint.public_cidrs : null
  }

  access_config {
    authentication_mode = "API"
    # Who may do what is listed, and whoever made the cluster is nobody special.
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = var.kms_key_arn
    }
  }

  kubernetes_network_config {
    ip_family         = "ipv4"
    service_ipv4_cidr = var.service_cidr

    elastic_load_balancing {
      enabled = var.autoscaling
    }
  }

  compute_config {
    enabled       = var.autoscaling
    node_pools    = var.autoscaling ? ["general-purpose"] : null
    node_role_arn = var.autoscaling ? aws_iam_role.nodes.arn : null
  }

  storage_config {
    block_storage {
      enabled = var.autoscaling
    }
  }

  upgrade_policy {
    # An old version is upgraded by a commit, or at its end by AWS; it is not paid for six times.
    support_type = "STANDARD"
  }

  lifecycle {
    precondition {
      condition = local.is_allowed
      error_message = format(
        "kubernetes_version is \"%s\", and the cluster %s has 1.%d: %s.",
        var.kubernetes_version, var.prefix, local.minor_now,
        local.minor < local.minor_now ? "a control plane does not go back; write 1.${local.minor_now}" : "versions rise one by one; write 1.${local.minor_now + 1} and apply, then go on"
      )
    }
  }

  depends_on = [aws_iam_role_policy_attachment.cluster, aws_cloudwatch_log_group.this]
}

resource "aws_eks_access_entry" "administrators" {
  for_each = var.administrators

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value
}

resource "aws_eks_access_policy_association" "administrators" {
  for_each = var.administrators

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.administrators[each.key].principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}
