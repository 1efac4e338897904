mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::argosy-state-123456789012" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000" }
  }
  mock_resource "aws_ecr_repository" {
    defaults = {
      arn            = "arn:aws:ecr:eu-central-1:123456789012:repository/argosy/api"
      repository_url = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/argosy/api"
    }
  }
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/example" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/argosy-look" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/argosy-apply" }
  }
}

variables {
  owner           = "platform@example.com"
  region          = "eu-central-1"
  github          = "you/argosy"
  gitlab          = { project = "you/argosy" }
  bitbucket       = { workspace = "you", workspace_uuid = "0b1c2d3e-0000-4000-8000-000000000001", repository_uuid = "{0b1c2d3e-0000-4000-8000-000000000002}", environment_uuid = "{0b1c2d3e-0000-4000-8000-000000000003}" }
  azure_pipelines = { organisation_id = "0b1c2d3e-0000-4000-8000-000000000004", connection = "sc://you/argosy/apply" }
}

run "state_is_encrypted_versioned_and_closed" {
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "A state that was written over, or the disk that it was on, tells what it should not."
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.state.block_public_policy && aws_s3_bucket_public_access_block.state.restrict_public_buckets && aws_s3_bucket.state.bucket == "argosy-state-123456789012" && !aws_s3_bucket.state.force_destroy
    error_message = "The bucket can be opened, or deleted with all states."
  }
}

run "states_are_reached_by_tls_alone" {
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Effect == "Deny" && jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "Somebody may read states without TLS."
  }
}

run "four_systems_are_known_each_by_its_own_word" {
  assert {
    condition = toset([for provider in aws_iam_openid_connect_provider.this : provider.url]) == toset([
      "https://token.actions.githubusercontent.com", "https://gitlab.com",
      "https://api.bitbucket.org/2.0/workspaces/you/pipelines-config/identity/oidc", "https://vstoken.dev.azure.com/0b1c2d3e-0000-4000-8000-000000000004",
    ])
    error_message = "A system is missing, or another is known."
  }
  assert {
    condition     = alltrue([for statement in slice(jsondecode(aws_iam_role.apply.assume_role_policy).Statement, 0, 4) : length(statement.Condition.StringEquals) == 1 && length(one(values(statement.Condition.StringLike))) > 0])
    error_message = "A system is trusted whatever it says."
  }
}

run "a_pull_request_plans_and_main_applies" {
  assert {
    condition     = strcontains(aws_iam_role.plan.assume_role_policy, "repo:you/argosy:pull_request") && !strcontains(aws_iam_role.apply.assume_role_policy, "pull_request")
    error_message = "A pull request may apply, or may not plan."
  }
  assert {
    condition     = strcontains(aws_iam_role.apply.assume_role_policy, "repo:you/argosy:ref:refs/heads/main") && !strcontains(aws_iam_role.apply.assume_role_policy, "repo:you/argosy:*")
    error_message = "Every branch may apply."
  }
}

run "no_action_has_a_wildcard" {
  assert {
    condition     = alltrue(flatten([for policy in aws_iam_policy.this : [for statement in jsondecode(policy.policy).Statement : [for action in statement.Action : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))]]]))
    error_message = "An action is not named."
  }
  # What is allowed on every resource only looks, or is confined by a condition.
  assert {
    condition = alltrue(flatten([for policy in aws_iam_policy.this : [for statement in jsondecode(policy.policy).Statement :
      !contains(statement.Resource, "*") || try(length(statement.Condition) > 0, false) || statement.Action == ["sts:GetCallerIdentity"]
    ]]))
    error_message = "Something may be done to everything."
  }
  assert {
    condition     = alltrue([for policy in aws_iam_policy.this : length(policy.policy) < 6144])
    error_message = "A policy is longer than IAM takes: ${jsonencode({ for name, policy in aws_iam_policy.this : name => length(policy.policy) })}"
  }
}

run "plan_changes_nothing" {
  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.plan)) == toset(["state-read", "look"])
    error_message = "A plan may do more than look."
  }
  assert {
    condition     = alltrue(flatten([for statement in jsondecode(aws_iam_policy.this["look"].policy).Statement : [for action in statement.Action : can(regex(":(Describe|Get|List)", action))]]))
    error_message = "Something that looks changes something."
  }
  assert {
    condition     = !strcontains(jsonencode([for name in ["look", "state-read", "change-data"] : aws_iam_policy.this[name].policy]), "secretsmanager:GetSecretValue")
    error_message = "A pipeline may read passwords."
  }
}

run "nobody_gives_themselves_more" {
  assert {
    condition     = anytrue([for statement in jsondecode(aws_iam_policy.this["change-roles"].policy).Statement : statement.Effect == "Deny" && contains(statement.Resource, "arn:aws:iam::123456789012:role/argosy-apply")])
    error_message = "The role that applies may change itself."
  }
}

run "one_system_alone" {
  variables {
    gitlab          = null
    bitbucket       = null
    azure_pipelines = null
  }
  assert {
    condition     = toset(keys(aws_iam_openid_connect_provider.this)) == toset(["github"])
    error_message = "More than one system is trusted."
  }
}

run "a_project_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.project]

  variables {
    project = "Argosy"
  }
}

run "a_region_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "Frankfurt"
  }
}

run "a_bucket_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.state_bucket]

  variables {
    state_bucket = "Argosy_State"
  }
}

run "a_repository_by_its_address_is_refused" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = "https://github.com/you/argosy"
  }
}

run "a_project_without_a_group_is_refused" {
  command         = plan
  expect_failures = [var.gitlab]

  variables {
    gitlab = { project = "argosy" }
  }
}

run "a_workspace_by_its_name_is_refused" {
  command         = plan
  expect_failures = [var.bitbucket]

  variables {
    bitbucket = { workspace = "you", workspace_uuid = "you", repository_uuid = "{0b1c2d3e-0000-4000-8000-000000000002}", environment_uuid = "{0b1c2d3e-0000-4000-8000-000000000003}" }
  }
}

run "a_connection_by_its_name_is_refused" {
  command         = plan
  expect_failures = [var.azure_pipelines]

  variables {
    azure_pipelines = { organisation_id = "0b1c2d3e-0000-4000-8000-000000000004", connection = "apply" }
  }
}
