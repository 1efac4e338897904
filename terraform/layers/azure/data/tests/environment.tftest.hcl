mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { tenant_id = "11111111-1111-1111-1111-111111111111", object_id = "33333333-3333-3333-3333-333333333333" }
  }
  mock_resource "azurerm_key_vault" {
    defaults = {
      id        = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.KeyVault/vaults/argosy"
      vault_uri = "https://argosy.vault.azure.net/"
    }
  }
  mock_resource "azurerm_postgresql_flexible_server" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.DBforPostgreSQL/flexibleServers/argosy" }
  }
  mock_resource "azurerm_managed_redis" {
    defaults = {
      id               = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Cache/redisEnterprise/argosy"
      hostname         = "argosy.westeurope.redis.azure.net"
      default_database = { port = 10000, primary_access_key = "key" }
    }
  }
}

variables {
  # What the layer network of that environment would put out.
  network = {
    zones              = var.environment == "prod" ? ["1", "2", "3"] : ["1"]
    endpoint_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy/subnets/endpoints"
    database_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy/subnets/database"
    dns_zone_ids = {
      database = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/privateDnsZones/argosy.private.postgres.database.azure.com"
      cache    = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"
      vault    = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"
    }
  }
}

run "prod_is_kept" {
  assert {
    condition     = var.environment != "prod" || (var.protected && var.database.backup_days >= 14 && output.cache_address != null)
    error_message = "Prod is easy to lose."
  }
}

run "dev_is_small" {
  assert {
    condition     = var.environment != "dev" || (!var.protected && startswith(var.database.sku_name, "B_") && var.database.storage_gib == 32)
    error_message = "Dev pays for what prod needs."
  }
}
