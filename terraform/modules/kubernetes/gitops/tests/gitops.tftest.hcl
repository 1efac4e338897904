variables {
  kubeconfig  = { content = "apiVersion: v1\nkind: Config\n" }
  environment = "local"
  repository  = "https://github.com/you/argosy.git"
  facts       = { cloud = "aws", region = "eu-central-1" }
}

run "what_the_step_is_told" {
  command = plan

  assert {
    condition     = terraform_data.environment.input.ENV == "local" && terraform_data.environment.input.RECONCILER == "argocd" && terraform_data.environment.input.protected
    error_message = "The step is told something else."
  }
  assert {
    condition     = terraform_data.applied.triggers_replace[3] == "cloud=aws region=eu-central-1"
    error_message = "The cluster's facts are not told, or not told again when they change."
  }
}

run "credentials_are_taken_and_kept_nowhere" {
  command = plan

  variables {
    credentials = { github_app_id = "1", github_app_installation_id = "2", github_app_private_key = "three" }
  }
  assert {
    condition     = !strcontains(jsonencode(terraform_data.environment.input), "three") && !strcontains(jsonencode(slice(terraform_data.applied.triggers_replace, 0, 5)), "three")
    error_message = "A key would stand in the state."
  }
}

run "two_ways_to_the_cluster_are_refused" {
  command         = plan
  expect_failures = [var.kubeconfig]

  variables {
    kubeconfig = { content = "a", path = "b" }
  }
}

run "a_file_that_is_not_there_is_refused" {
  command         = plan
  expect_failures = [var.kubeconfig]

  variables {
    kubeconfig = { path = "/nowhere/kubeconfig" }
  }
}

run "a_kubeconfig_with_a_key_is_refused" {
  command         = plan
  expect_failures = [var.kubeconfig]

  variables {
    kubeconfig = { content = "users: [{user: {client-key-data: c2VjcmV0}}]" }
  }
}

run "an_environment_with_a_slash_is_refused" {
  command         = plan
  expect_failures = [var.environment]

  variables {
    environment = "../prod"
  }
}

run "an_address_with_a_password_is_refused" {
  command         = plan
  expect_failures = [var.repository]

  variables {
    repository = "https://me:secret@github.com/you/argosy.git"
  }
}

run "a_revision_with_a_space_is_refused" {
  command         = plan
  expect_failures = [var.revision]

  variables {
    revision = "my branch"
  }
}

run "another_reconciler_is_refused" {
  command         = plan
  expect_failures = [var.reconciler]

  variables {
    reconciler = "spinnaker"
  }
}

run "a_manifest_that_is_not_there_is_refused" {
  command         = plan
  expect_failures = [var.manifest]

  variables {
    manifest = "/nowhere/install.yaml"
  }
}

run "half_a_version_is_refused" {
  command         = plan
  expect_failures = [var.credentials_version]

  variables {
    credentials_version = 0.5
  }
}

run "a_fact_that_no_label_can_be_is_refused" {
  command         = plan
  expect_failures = [var.facts]

  variables {
    facts = { owner = "platform@example.com" }
  }
}

run "a_time_that_is_too_short_is_refused" {
  command         = plan
  expect_failures = [var.timeout]

  variables {
    timeout = 5
  }
}
