mock_provider "azurerm" {}

variables {
  cluster_id  = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.ContainerService/managedClusters/argosy-prod"
  environment = "prod"
  repository  = "https://github.com/you/argosy.git"
}

run "the_cluster_follows_its_folder" {
  assert {
    condition     = { for kustomization in azurerm_kubernetes_flux_configuration.this.kustomizations : kustomization.name => kustomization.path } == { rights = "./gitops/flux/rights", root = "./gitops/flux/prod" }
    error_message = "The cluster follows something else."
  }
  assert {
    condition     = [for kustomization in azurerm_kubernetes_flux_configuration.this.kustomizations : kustomization.depends_on if kustomization.name == "root"] == [tolist(["rights"])]
    error_message = "The root comes before the account that it names."
  }
}

run "the_folders_find_their_source" {
  assert {
    condition     = azurerm_kubernetes_flux_configuration.this.name == "argosy" && azurerm_kubernetes_flux_configuration.this.namespace == "flux-system" && azurerm_kubernetes_flux_configuration.this.git_repository[0].reference_value == "main"
    error_message = "gitops/flux/base names the GitRepository argosy of flux-system."
  }
}

run "the_folders_exist" {
  assert {
    condition     = alltrue([for kustomization in azurerm_kubernetes_flux_configuration.this.kustomizations : fileexists("../../../../${kustomization.path}/kustomization.yaml")])
    error_message = "A path leads nowhere."
  }
}

run "teams_are_held_apart" {
  assert {
    condition     = azurerm_kubernetes_cluster_extension.flux.configuration_settings["multiTenancy.enforce"] == "true"
    error_message = "Anybody may name another's source."
  }
}

run "rights_outlive_the_configuration" {
  assert {
    condition     = [for kustomization in azurerm_kubernetes_flux_configuration.this.kustomizations : kustomization.garbage_collection_enabled if kustomization.name == "rights"] == [false]
    error_message = "Who deletes the configuration deletes the environment's namespace."
  }
}

run "a_private_repository" {
  variables {
    credentials = { user = "git", token = "secret" }
  }
  assert {
    condition     = nonsensitive(azurerm_kubernetes_flux_configuration.this.git_repository[0].https_key_base64) == base64encode("secret")
    error_message = "Flux cannot read the repository."
  }
}

run "a_private_repository_by_a_secret_of_the_cluster" {
  variables {
    secret = "git"
  }
  assert {
    condition     = azurerm_kubernetes_flux_configuration.this.git_repository[0].local_auth_reference == "git" && length(coalesce(nonsensitive(azurerm_kubernetes_flux_configuration.this.git_repository[0].https_key_base64), "-")) == 1
    error_message = "The state has a token."
  }
}

run "a_version_that_stays" {
  variables {
    extension_version = "1.18.2"
  }
  assert {
    condition     = azurerm_kubernetes_cluster_extension.flux.version == "1.18.2"
    error_message = "Azure would renew it."
  }
}

run "a_cluster_by_name_is_refused" {
  command         = plan
  expect_failures = [var.cluster_id]
  variables {
    cluster_id = "argosy-prod"
  }
}

run "a_folder_that_is_no_environment_is_refused" {
  command         = plan
  expect_failures = [var.environment]
  variables {
    environment = "rights"
  }
}

run "a_repository_by_ssh_is_refused" {
  command         = plan
  expect_failures = [var.repository]
  variables {
    repository = "git@github.com:you/argosy.git"
  }
}

run "a_password_in_the_address_is_refused" {
  command         = plan
  expect_failures = [var.repository]
  variables {
    repository = "https://user:password@github.com/you/argosy.git"
  }
}

run "a_branch_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.branch]
  variables {
    branch = "-main"
  }
}

run "a_user_without_a_token_is_refused" {
  command         = plan
  expect_failures = [var.credentials]
  variables {
    credentials = { user = "git", token = "" }
  }
}

run "a_secret_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.secret]
  variables {
    secret = "Git"
  }
}

run "two_ways_to_read_it_are_refused" {
  command         = plan
  expect_failures = [var.secret]
  variables {
    secret      = "git"
    credentials = { user = "git", token = "secret" }
  }
}

run "a_certificate_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.ca_certificate]
  variables {
    ca_certificate = "/etc/ssl/ca.crt"
  }
}

run "half_a_version_is_refused" {
  command         = plan
  expect_failures = [var.extension_version]
  variables {
    extension_version = "1.18"
  }
}
