mock_provider "azurerm" {
  mock_data "azurerm_kubernetes_service_versions" {
    defaults = { versions = ["1.33.5", "1.34.2", "1.35.0"] }
  }
  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
      client_id    = "44444444-4444-4444-4444-444444444444"
      principal_id = "55555555-5555-5555-5555-555555555555"
    }
  }
  mock_resource "azurerm_kubernetes_cluster" {
    defaults = {
      id              = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.ContainerService/managedClusters/argosy"
      oidc_issuer_url = "https://westeurope.oic.prod-aks.azure.com/11111111-1111-1111-1111-111111111111/66666666-6666-6666-6666-666666666666/"
    }
  }
  mock_resource "azurerm_log_analytics_workspace" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.OperationalInsights/workspaces/argosy" }
  }
}

variables {
  environment     = "prod"
  owner           = "platform@example.com"
  repository      = "https://github.com/you/argosy.git"
  subscription_id = "00000000-0000-0000-0000-000000000000"
  location        = "westeurope"
  network = {
    zones          = ["1", "2", "3"]
    node_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy/subnets/nodes"
    cluster_cidrs  = { pods = "10.244.0.0/16", services = "10.245.0.0/16" }
  }
  data                   = { vault_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.KeyVault/vaults/argosy-4f1c" }
  kubernetes_version     = "1.34"
  sku_tier               = "Standard"
  operator_cidrs         = ["203.0.113.0/24"]
  admin_group_object_ids = ["22222222-2222-2222-2222-222222222222"]
  system_pool            = { vm_size = "Standard_D2ds_v5", least = 3, most = 6 }
  registry_id            = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.ContainerRegistry/registries/argosy4f1c"
}

run "a_cluster_that_the_next_layer_finds" {
  assert {
    condition     = endswith(output.cluster_id, "/managedClusters/argosy") && output.credentials_command == "az aks get-credentials --resource-group argosy-prod --name argosy-prod" && module.naming.tags.environment == "prod"
    error_message = "It has another name, or no tags."
  }
}

run "dev_is_small" {
  variables {
    environment = "dev"
    sku_tier    = "Free"
    system_pool = { vm_size = "Standard_B2ms", least = 1, most = 2 }
    network     = merge(var.network, { zones = ["1"] })
    data        = null
  }
  assert {
    condition     = output.cluster_name == "argosy-dev" && output.secrets_client_id == null
    error_message = "It is another cluster, or reads a vault that is not there."
  }
}

run "a_prod_in_two_zones_is_refused" {
  command         = plan
  expect_failures = [var.network]
  variables {
    network = merge(var.network, { zones = ["1", "2"] })
  }
}

run "a_layer_that_is_not_applied_is_refused" {
  command         = plan
  expect_failures = [var.data]
  variables {
    data = { vault_id = "" }
  }
}

run "a_prod_without_secrets_is_refused" {
  command         = plan
  expect_failures = [var.data]
  variables {
    data = null
  }
}

run "a_version_with_its_patch_is_refused" {
  command         = plan
  expect_failures = [var.kubernetes_version]
  variables {
    kubernetes_version = "1.34.1"
  }
}

run "an_unknown_tier_is_refused" {
  command         = plan
  expect_failures = [var.sku_tier]
  variables {
    sku_tier = "Paid"
  }
}

run "a_prod_without_a_promise_is_refused" {
  command         = plan
  expect_failures = [var.sku_tier]
  variables {
    sku_tier = "Free"
  }
}

run "an_api_server_for_nobody_in_particular_is_refused" {
  command         = plan
  expect_failures = [var.operator_cidrs]
  variables {
    operator_cidrs = []
  }
}

run "a_cluster_that_nobody_administers_is_refused" {
  command         = plan
  expect_failures = [var.admin_group_object_ids]
  variables {
    admin_group_object_ids = []
  }
}

run "a_prod_of_two_nodes_is_refused" {
  command         = plan
  expect_failures = [var.system_pool]
  variables {
    system_pool = { vm_size = "Standard_D2ds_v5", least = 2, most = 6 }
  }
}

run "a_registry_by_address_is_refused" {
  command         = plan
  expect_failures = [var.registry_id]
  variables {
    registry_id = "argosy4f1c.azurecr.io"
  }
}

run "a_project_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.project]
  variables {
    project = "Argosy"
  }
}

run "an_environment_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.environment]
  variables {
    environment = "productionwest"
  }
}

run "an_owner_that_no_tag_can_hold_is_refused" {
  command         = plan
  expect_failures = [var.owner]
  variables {
    owner = "us & them"
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

run "a_region_by_its_display_name_is_refused" {
  command         = plan
  expect_failures = [var.location]
  variables {
    location = "West Europe"
  }
}
