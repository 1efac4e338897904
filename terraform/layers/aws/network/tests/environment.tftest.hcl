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
}

run "prod_spans_three_zones_with_a_way_out_each" {
  assert {
    condition     = var.environment != "prod" || (length(output.zones) == 3 && length(output.nat_addresses) == 3 && length(output.private_subnet_ids) == 3)
    error_message = "Prod depends on fewer than three zones."
  }
}

run "dev_is_small" {
  assert {
    condition     = var.environment != "dev" || (length(output.nat_addresses) == 1 && length(var.endpoints) == 0)
    error_message = "Dev pays for what prod needs."
  }
}

run "it_overlaps_no_other_environment" {
  assert {
    condition     = length(var.taken_cidrs) > 0
    error_message = "The other environments' networks are not in taken_cidrs."
  }
}
