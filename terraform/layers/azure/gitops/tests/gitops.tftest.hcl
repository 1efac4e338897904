mock_provider "azurerm" {}

variables {
  environment     = "prod"
  repository      = "https://github.com/you/argosy.git"
  subscription_id = "00000000-0000-0000-0000-000000000000"
  cluster         = { cluster_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.ContainerService/managedClusters/argosy-prod" }
}

run "each_environment_follows_its_own_folder" {
  assert {
    condition     = output.path == "./gitops/flux/prod"
    error_message = "It follows ${output.path}."
  }
}

run "a_cluster_that_is_not_there_is_refused" {
  command         = plan
  expect_failures = [var.cluster]
  variables {
    cluster = { cluster_id = "" }
  }
}

run "a_branch_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.branch]
  variables {
    branch = "-main"
  }
}

run "an_environment_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.environment]
  variables {
    environment = "productionwest"
  }
}

run "a_repository_by_ssh_is_refused" {
  command         = plan
  expect_failures = [var.repository]
  variables {
    repository = "git@github.com:you/argosy.git"
  }
}

run "a_subscription_by_name_is_refused" {
  command         = plan
  expect_failures = [var.subscription_id]
  variables {
    subscription_id = "Pay-As-You-Go"
  }
}

