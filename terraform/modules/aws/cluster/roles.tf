data "aws_partition" "current" {}

locals {
  managed = "arn:${data.aws_partition.current.partition}:iam::aws:policy"

  trust = {
    for service in ["eks", "ec2", "pods.eks"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = service == "ec2" ? ["sts:AssumeRole"] : ["sts:AssumeRole", "sts:TagSession"]
        Principal = { Service = ["${service}.amazonaws.com"] }
      }]
    })
  }
}

resource "aws_iam_role" "cluster" {
  name               = "${var.prefix}-cluster"
  assume_role_policy = local.trust["eks"]
}

# What EKS asks for its control plane, and for Karpenter, volumes and load balancers where it runs them: AWS's own policies, kept by AWS.
resource "aws_iam_role_policy_attachment" "cluster" {
  for_each = toset(concat(["AmazonEKSClusterPolicy"], var.autoscaling ? [
    "AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy",
  ] : []))

  role       = aws_iam_role.cluster.name
  policy_arn = "${local.managed}/${each.value}"
}

resource "aws_iam_role" "nodes" {
  name               = "${var.prefix}-nodes"
  assume_role_policy = local.trust["ec2"]
}

# A node joins and pulls images, and nothing more: pods have roles of their own.
resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"])

  role       = aws_iam_role.nodes.name
  policy_arn = "${local.managed}/${each.value}"
}

resource "aws_iam_role" "addons" {
  for_each = local.addon_roles

  name               = "${var.prefix}-${each.key}"
  assume_role_policy = local.trust["pods.eks"]
}

resource "aws_iam_role_policy_attachment" "addons" {
  for_each = local.addon_roles

  role       = aws_iam_role.addons[each.key].name
  policy_arn = "${local.managed}/${each.value.policy}"
}

resource "aws_iam_role" "pods" {
  for_each = var.pod_roles

  name               = "${var.prefix}-${each.key}"
  assume_role_policy = local.trust["pods.eks"]
}

resource "aws_iam_role_policy" "pods" {
  for_each = var.pod_roles

  name = "only"
  role = aws_iam_role.pods[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for statement in each.value.statements : {
      Effect   = "Allow"
      Action   = statement.actions
      Resource = statement.resources
    }]
  })
}

resource "aws_eks_pod_identity_association" "pods" {
  for_each = var.pod_roles

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.pods[each.key].arn
}
