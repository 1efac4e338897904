mock_provider "aws" {
}

variables {
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
}

run "the_names_are_those_of_the_overlay" {
  assert {
    condition     = toset([for secret in aws_secretsmanager_secret.this : secret.name]) == toset(["argosy/api-bootstrap", "argosy/broker", "argosy/ingest", "argosy/simulator"])
    error_message = "External Secrets asks for other names."
  }
}

run "nothing_secret_is_in_the_state" {
  assert {
    condition     = alltrue([for version in concat(values(aws_secretsmanager_secret_version.this), [aws_secretsmanager_secret_version.seal_key]) : version.secret_string_wo == null])
    error_message = "The state has a secret."
  }
}

run "new_passwords_leave_the_seal_key" {
  variables {
    password_version = 2
  }
  assert {
    condition     = alltrue([for version in aws_secretsmanager_secret_version.this : version.secret_string_wo_version == 2]) && aws_secretsmanager_secret_version.seal_key.secret_string_wo_version == 1
    error_message = "The seal key changed, or a password did not."
  }
}

run "everything_is_encrypted" {
  assert {
    condition     = alltrue([for secret in concat(values(aws_secretsmanager_secret.this), [aws_secretsmanager_secret.seal_key]) : secret.kms_key_id == var.kms_key_arn && secret.recovery_window_in_days == 30])
    error_message = "A secret is not encrypted with the environment's key, or cannot be had back."
  }
}

run "a_folder_with_a_slash_is_refused" {
  command         = plan
  expect_failures = [var.folder]

  variables {
    folder = "argosy/prod"
  }
}

run "a_key_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.kms_key_arn]

  variables {
    kms_key_arn = "alias/argosy"
  }
}

run "a_version_below_the_first_is_refused" {
  command         = plan
  expect_failures = [var.password_version]

  variables {
    password_version = 0
  }
}

run "too_few_days_are_refused" {
  command         = plan
  expect_failures = [var.recovery_days]

  variables {
    recovery_days = 3
  }
}
