mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/argosy/flow" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/argosy-role" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000" }
  }
  mock_data "aws_eks_clusters" {
    defaults = { names = [] }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
  mock_resource "aws_eks_cluster" {
    defaults = { arn = "arn:aws:eks:eu-central-1:123456789012:cluster/argosy", endpoint = "https://example.eks.amazonaws.com", certificate_authority = [{ data = "LS0=" }] }
  }
}

variables {
  network = {
    prefix              = "argosy-${var.environment}"
    kms_key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
    vpc_id              = "vpc-1"
    zones               = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    private_subnet_ids  = ["subnet-1", "subnet-2", "subnet-3"]
    private_cidrs       = ["10.64.0.0/19", "10.64.32.0/19", "10.64.64.0/19"]
    database_subnet_ids = ["subnet-4", "subnet-5", "subnet-6"]
  }
}

run "prod_has_a_node_in_each_zone_and_is_protected" {
  assert {
    condition     = var.environment != "prod" || (var.nodes.least >= 3 && var.autoscaling && var.protected && length(var.public_cidrs) == 0)
    error_message = "Prod depends on fewer than three nodes, does not grow, or is easy to lose or to reach."
  }
}

run "dev_is_small" {
  assert {
    condition     = var.environment != "dev" || (var.nodes.most <= 3 && !var.autoscaling && !var.protected)
    error_message = "Dev is not small."
  }
}

run "environments_run_what_is_checked" {
  assert {
    condition     = output.kubernetes_version == var.kubernetes_version
    error_message = "It is another version."
  }
}
