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
  # What the layers before it would put out.
  network = {
    zones          = var.environment == "prod" ? ["1", "2", "3"] : ["1"]
    node_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy/subnets/nodes"
    cluster_cidrs  = { pods = "10.244.0.0/16", services = "10.245.0.0/16" }
  }
  data = { vault_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.KeyVault/vaults/argosy-4f1c" }
}

run "prod_has_a_node_in_each_zone" {
  assert {
    condition     = var.environment != "prod" || (var.system_pool.least >= 3 && alltrue([for pool in values(var.pools) : pool.spot || pool.least >= 3]) && var.sku_tier == "Standard")
    error_message = "Prod depends on fewer than three zones."
  }
}

run "dev_is_small" {
  assert {
    condition     = var.environment != "dev" || (var.system_pool.least == 1 && var.system_pool.most <= 2 && length(var.pools) == 0 && var.sku_tier == "Free")
    error_message = "Dev pays for what prod needs."
  }
}
