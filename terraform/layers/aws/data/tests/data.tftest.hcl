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
  mock_resource "aws_rds_cluster" {
    defaults = { master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!cluster-0b1c2d3e-AbCdEf", kms_key_id = "k", secret_status = "active" }], endpoint = "argosy.cluster.example" }
  }
  mock_resource "aws_elasticache_replication_group" {
    defaults = { primary_endpoint_address = "master.argosy.cache.example" }
  }
  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:argosy/x-AbCdEf" }
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
}

run "each_zone_of_the_cluster_gets_in_and_nobody_else" {
  assert {
    condition     = output.database_secret == "rds!cluster-0b1c2d3e"
    error_message = "The overlay could not name the secret: ${output.database_secret}"
  }
  assert {
    condition     = length(output.secret_arns) == 9
    error_message = "External Secrets would not see all secrets."
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

run "one_server_in_prod_is_refused" {
  command         = plan
  expect_failures = [var.database]

  variables {
    database = { instances = 1 }
  }
}

run "one_node_in_prod_is_refused" {
  command         = plan
  expect_failures = [var.cache]

  variables {
    cache = { nodes = 1 }
  }
}

run "a_region_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "Frankfurt"
  }
}
