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
  environment     = "prod"
  owner           = "platform@example.com"
  repository      = "https://github.com/you/argosy.git"
  subscription_id = "00000000-0000-0000-0000-000000000000"
  location        = "westeurope"
  network = {
    zones              = ["1", "2", "3"]
    endpoint_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy/subnets/endpoints"
    database_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy/subnets/database"
    dns_zone_ids = {
      database = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/privateDnsZones/argosy.private.postgres.database.azure.com"
      cache    = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"
      vault    = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"
    }
  }
  database       = { sku_name = "GP_Standard_D2ds_v5", storage_gib = 128 }
  cache          = {}
  protected      = true
  operator_cidrs = ["203.0.113.0/24"]
}

run "prod_keeps_everything_twice" {
  assert {
    condition     = toset(output.secret_names) == toset(["api-bootstrap-admin-password", "api-bootstrap-admin-token", "api-database-url", "api-redis-url", "api-seal-key", "broker-token", "ingest-token", "simulator-token"])
    error_message = "The vault has ${jsonencode(output.secret_names)}."
  }
  assert {
    condition     = output.cache_address != null && module.naming.tags.environment == "prod"
    error_message = "There is no cache, or a tag is missing."
  }
}

run "names_are_ours_alone" {
  assert {
    condition     = can(regex("^argosy-prod-[0-9a-f]{4}$", output.vault_name))
    error_message = "The vault is ${output.vault_name}, which somebody else may have."
  }
}

run "dev_is_small" {
  variables {
    environment = "dev"
    database    = { sku_name = "B_Standard_B1ms", storage_gib = 32 }
    cache       = null
    protected   = false
    network     = merge(var.network, { zones = ["1"] })
  }
  assert {
    condition     = output.cache_address == null && !contains(output.secret_names, "api-redis-url")
    error_message = "Dev has a cache that nobody asked for."
  }
}

run "a_prod_in_two_zones_is_refused" {
  command         = plan
  expect_failures = [var.network]
  variables {
    network = merge(var.network, { zones = ["1", "2"] })
  }
}

run "a_network_without_names_is_refused" {
  command         = plan
  expect_failures = [var.network]
  variables {
    network = merge(var.network, { dns_zone_ids = {} })
  }
}

run "a_burstable_prod_is_refused" {
  command         = plan
  expect_failures = [var.database]
  variables {
    database = { sku_name = "B_Standard_B1ms", storage_gib = 32 }
  }
}

run "a_prod_without_a_cache_is_refused" {
  command         = plan
  expect_failures = [var.cache]
  variables {
    cache = null
  }
}

run "a_prod_that_can_be_deleted_is_refused" {
  command         = plan
  expect_failures = [var.protected]
  variables {
    protected = false
  }
}

run "a_vault_that_terraform_cannot_reach_is_refused" {
  command         = plan
  expect_failures = [var.operator_cidrs]
  variables {
    operator_cidrs = []
  }
}

run "names_that_no_vault_can_have_are_refused" {
  command         = plan
  expect_failures = [var.environment]
  variables {
    project     = "argosyfleets"
    environment = "production"
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
