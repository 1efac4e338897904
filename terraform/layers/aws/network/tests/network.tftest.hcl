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

variables {
  environment = "prod"
  owner       = "platform@example.com"
  region      = "eu-central-1"
  cidr        = "10.64.0.0/16"
}

run "names_and_addresses_are_those_of_naming" {
  assert {
    condition     = output.prefix == "argosy-prod" && output.private_cidrs == tolist(["10.64.0.0/19", "10.64.32.0/19", "10.64.64.0/19"])
    error_message = "It makes up names or addresses."
  }
}

run "a_region_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "Frankfurt"
  }
}
