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
  environment = "prod"
  owner       = "platform@example.com"
  region      = "eu-central-1"
  network = {
    prefix              = "argosy-prod"
    kms_key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
    vpc_id              = "vpc-1"
    zones               = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    private_subnet_ids  = ["subnet-1", "subnet-2", "subnet-3"]
    private_cidrs       = ["10.64.0.0/19", "10.64.32.0/19", "10.64.64.0/19"]
    database_subnet_ids = ["subnet-4", "subnet-5", "subnet-6"]
  }
  administrators = { apply = "arn:aws:iam::123456789012:role/argosy-apply" }
  data           = { secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:argosy-prod/api-AbCdEf"] }
}

run "it_is_named_after_its_environment" {
  assert {
    condition     = output.name == "argosy-prod" && output.kubernetes_version == "1.35"
    error_message = "It is another cluster."
  }
}

run "an_environment_without_data_has_no_role_for_secrets" {
  variables {
    data = { secret_arns = [] }
  }
}

run "another_environments_network_is_refused" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      prefix              = "argosy-dev"
      kms_key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
      vpc_id              = "vpc-1"
      zones               = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      private_subnet_ids  = ["subnet-1", "subnet-2", "subnet-3"]
      private_cidrs       = ["10.64.0.0/19", "10.64.32.0/19", "10.64.64.0/19"]
      database_subnet_ids = ["subnet-4", "subnet-5", "subnet-6"]
    }
  }
}

run "two_nodes_in_prod_are_refused" {
  command         = plan
  expect_failures = [var.nodes]

  variables {
    nodes = { least = 2 }
  }
}

run "a_region_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "Frankfurt"
  }
}
