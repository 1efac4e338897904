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

run "prod_is_protected_and_another_server_takes_over" {
  assert {
    condition     = var.environment != "prod" || (var.database.protected && var.database.instances >= 2 && var.cache.nodes >= 2 && var.database.backup_days >= 14)
    error_message = "Prod's data are easy to lose."
  }
}

run "dev_leaves_nothing_when_it_goes" {
  assert {
    condition     = var.environment != "dev" || (!var.database.protected && var.secrets.recovery_days == 0 && var.database.instances == 1 && var.database.capacity.least == 0)
    error_message = "Dev costs when nobody uses it, or stays when it is destroyed."
  }
}
