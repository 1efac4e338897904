locals {
  names = {
    state    = "arn:${local.partition}:s3:::${local.bucket}"
    roles    = "arn:${local.partition}:iam::${local.account}:role/${var.project}-*"
    profiles = "arn:${local.partition}:iam::${local.account}:instance-profile/${var.project}-*"
    secrets  = [for separator in ["/", "-"] : "arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:${var.project}${separator}*"]
    managed  = "arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:rds!cluster-*"
    logs     = ["arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/${var.project}-*", "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/aws/eks/${var.project}-*"]
    clusters = [for kind in ["cluster", "nodegroup", "addon", "access-entry", "podidentityassociation"] : "arn:${local.partition}:eks:${var.region}:${local.account}:${kind}/${var.project}-*"]
    rds      = [for kind in ["cluster", "db", "subgrp", "cluster-pg", "cluster-snapshot"] : "arn:${local.partition}:rds:${var.region}:${local.account}:${kind}:${var.project}-*"]
    cache    = [for kind in ["replicationgroup", "cluster", "subnetgroup", "user", "usergroup"] : "arn:${local.partition}:elasticache:${var.region}:${local.account}:${kind}:${var.project}-*"]
    defaults = ["arn:${local.partition}:elasticache:${var.region}:${local.account}:parametergroup:default.*"]
  }
}

resource "aws_iam_role" "plan" {
  name                 = "${var.project}-plan"
  description          = "Looks at everything that Terraform makes, and changes nothing"
  assume_role_policy   = local.trust.plan
  max_session_duration = 3600
}

resource "aws_iam_role" "apply" {
  name                 = "${var.project}-apply"
  description          = "Makes, changes and takes away what Terraform describes"
  assume_role_policy   = local.trust.apply
  max_session_duration = 7200
}

resource "aws_iam_role" "push" {
  name                 = "${var.project}-push"
  description          = "Pushes images and charts, and nothing else"
  assume_role_policy   = local.trust.apply
  max_session_duration = 3600
}

resource "aws_iam_policy" "this" {
  for_each = local.policies

  name        = "${var.project}-${each.key}"
  description = each.value.description
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = toset(["state-read", "look"])

  role       = aws_iam_role.plan.name
  policy_arn = aws_iam_policy.this[each.value].arn
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = toset(["state-read", "state-write", "look", "change-network", "change-data", "change-cluster", "change-roles"])

  role       = aws_iam_role.apply.name
  policy_arn = aws_iam_policy.this[each.value].arn
}

resource "aws_iam_role_policy_attachment" "push" {
  role       = aws_iam_role.push.name
  policy_arn = aws_iam_policy.this["push"].arn
}
