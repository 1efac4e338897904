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
}

variables {
  prefix = "argosy-prod"
}

run "it_changes_by_itself_and_can_be_had_back" {
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key does not change, or is gone at once."
  }
}

run "no_policy_has_a_wildcard" {
  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.this.policy).Statement : alltrue([for action in statement.Action : !strcontains(action, "*")])])
    error_message = "The key's policy allows everything."
  }
  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[1].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"][0] == "arn:aws:logs:eu-central-1:123456789012:log-group:/argosy-prod/*"
    error_message = "Logs of others may use the key."
  }
}

run "a_prefix_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.prefix]

  variables {
    prefix = "argosy-productionwest-europe"
  }
}

run "days_that_kms_does_not_wait_are_refused" {
  command         = plan
  expect_failures = [var.deletion_days]

  variables {
    deletion_days = 3
  }
}
