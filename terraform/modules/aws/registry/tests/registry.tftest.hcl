mock_provider "aws" {
  mock_resource "aws_ecr_repository" {
    defaults = { repository_url = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/argosy/api" }
  }
}

variables {
  images      = ["api", "ingest"]
  charts      = ["api"]
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
}

run "a_tag_names_one_image_for_ever" {
  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE" && !repository.force_delete])
    error_message = "A tag may be moved, or images deleted with their repository."
  }
}

run "what_is_pushed_is_looked_through_and_encrypted" {
  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_scanning_configuration[0].scan_on_push && repository.encryption_configuration[0].kms_key == var.kms_key_arn])
    error_message = "A repository is not looked through, or not encrypted with the key."
  }
}

run "images_and_charts_are_apart" {
  assert {
    condition     = toset(keys(aws_ecr_repository.this)) == toset(["argosy/api", "argosy/ingest", "argosy/charts/api"]) && output.address == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/argosy"
    error_message = "Repositories: ${jsonencode(keys(aws_ecr_repository.this))} at ${output.address}."
  }
}

run "only_what_has_no_tag_goes" {
  assert {
    condition     = alltrue([for policy in aws_ecr_lifecycle_policy.this : alltrue([for rule in jsondecode(policy.policy).rules : rule.selection.tagStatus == "untagged"])])
    error_message = "An image that a rollback may name would go."
  }
}

run "a_key_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.kms_key_arn]

  variables {
    kms_key_arn = "alias/argosy"
  }
}

run "a_project_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.project]

  variables {
    project = "Argosy"
  }
}

run "no_image_is_refused" {
  command         = plan
  expect_failures = [var.images]

  variables {
    images = []
  }
}

run "a_chart_with_a_slash_is_refused" {
  command         = plan
  expect_failures = [var.charts]

  variables {
    charts = ["a/b"]
  }
}

run "no_day_is_refused" {
  command         = plan
  expect_failures = [var.untagged_days]

  variables {
    untagged_days = 0
  }
}
