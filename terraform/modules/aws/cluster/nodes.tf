resource "aws_launch_template" "nodes" {
  name_prefix            = "${var.prefix}-nodes-"
  update_default_version = true

  block_device_mappings {
    # Bottlerocket keeps images and pods' files on its second disk.
    device_name = "/dev/xvdb"
    ebs {
      volume_type           = "gp3"
      volume_size           = var.nodes.disk_gib
      encrypted             = true
      delete_on_termination = true
    }
  }

  # Pods do not get the node's own rights.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(data.aws_default_tags.this.tags, { Name = "${var.prefix}-node" })
    }
  }
}

# Instances are made by a launch template, where the provider's default tags do not reach.
data "aws_default_tags" "this" {}

resource "aws_eks_node_group" "this" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "managed"
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = var.subnet_ids
  version         = aws_eks_cluster.this.version

  ami_type       = var.nodes.arm ? "BOTTLEROCKET_ARM_64" : "BOTTLEROCKET_x86_64"
  capacity_type  = "ON_DEMAND"
  instance_types = var.nodes.instance_types

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    desired_size = var.nodes.least
    min_size     = var.nodes.least
    max_size     = var.nodes.most
  }

  # A node at a time: drained by the eviction API, so that disruption budgets hold. An upgrade that a budget blocks fails rather than forces.
  update_config {
    max_unavailable = 1
  }
  force_update_version = false

  node_repair_config {
    enabled = true
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.nodes, aws_eks_addon.before_nodes]
}
