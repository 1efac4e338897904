mock_provider "azurerm" {
  mock_resource "azurerm_postgresql_flexible_server" {
    defaults = {
      id   = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/argosy-prod-4f1c"
      fqdn = "argosy-prod-4f1c.argosy-prod.private.postgres.database.azure.com"
    }
  }
}

variables {
  prefix              = "argosy-prod"
  name                = "argosy-prod-4f1c"
  resource_group_name = "argosy-prod"
  location            = "westeurope"
  tags                = { project = "argosy", environment = "prod", owner = "platform@example.com", managed-by = "terraform" }
  subnet_id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/virtualNetworks/argosy-prod/subnets/database"
  dns_zone_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/privateDnsZones/argosy-prod.private.postgres.database.azure.com"
  zones               = ["1", "2", "3"]
  tenant_id           = "11111111-1111-1111-1111-111111111111"
  vault_id            = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.KeyVault/vaults/argosy-prod-4f1c"
}

run "it_has_no_public_route" {
  assert {
    condition     = !azurerm_postgresql_flexible_server.this.public_network_access_enabled && azurerm_postgresql_flexible_server.this.delegated_subnet_id == var.subnet_id && azurerm_postgresql_flexible_server.this.private_dns_zone_id == var.dns_zone_id
    error_message = "The server can be reached from outside."
  }
}

run "tls_is_forced_and_upgrades_are_prepared" {
  assert {
    condition     = azurerm_postgresql_flexible_server_configuration.this["require_secure_transport"].value == "on" && azurerm_postgresql_flexible_server_configuration.this["ssl_min_protocol_version"].value == "TLSv1.2"
    error_message = "It can be reached without TLS."
  }
  assert {
    condition     = azurerm_postgresql_flexible_server_configuration.this["wal_level"].value == "logical"
    error_message = "It cannot be copied to the next version."
  }
}

run "a_zone_may_fail" {
  assert {
    condition     = azurerm_postgresql_flexible_server.this.zone == "1" && azurerm_postgresql_flexible_server.this.high_availability[0].mode == "ZoneRedundant" && azurerm_postgresql_flexible_server.this.high_availability[0].standby_availability_zone == "2"
    error_message = "There is no standby in another zone."
  }
}

run "it_is_held" {
  assert {
    condition     = azurerm_management_lock.this[0].lock_level == "CanNotDelete" && azurerm_management_lock.this[0].scope == output.server_id
    error_message = "It can be deleted."
  }
  assert {
    condition     = azurerm_postgresql_flexible_server.this.backup_retention_days == 14 && azurerm_postgresql_flexible_server.this.auto_grow_enabled
    error_message = "Backups or storage are not what was asked for."
  }
}

run "the_password_is_in_no_state" {
  assert {
    condition     = azurerm_postgresql_flexible_server.this.administrator_password == null && azurerm_key_vault_secret.url.value_wo_version == 1 && azurerm_postgresql_flexible_server.this.administrator_password_wo_version == 1
    error_message = "The state has a password."
  }
  assert {
    condition     = output.secret_name == "api-database-url" && azurerm_key_vault_secret.url.key_vault_id == var.vault_id
    error_message = "The URL is not where the cluster looks for it."
  }
}

run "tags_everywhere" {
  assert {
    condition     = azurerm_postgresql_flexible_server.this.tags == tomap(var.tags) && azurerm_key_vault_secret.url.tags == tomap(var.tags)
    error_message = "Something has no tags."
  }
}

run "small_and_without_a_standby" {
  # Another server: the size of storage is not followed once it is there.
  state_key = "small"

  variables {
    sku_name    = "B_Standard_B1ms"
    storage_gib = 32
    zones       = ["1"]
    protected   = false
  }
  assert {
    condition     = length(azurerm_postgresql_flexible_server.this.high_availability) == 0 && length(azurerm_management_lock.this) == 0 && azurerm_postgresql_flexible_server.this.storage_mb == 32768
    error_message = "It is not small."
  }
}

run "people_without_passwords" {
  variables {
    entra_administrators = { platform = { object_id = "22222222-2222-2222-2222-222222222222" } }
  }
  assert {
    condition     = azurerm_postgresql_flexible_server.this.authentication[0].active_directory_auth_enabled && azurerm_postgresql_flexible_server_active_directory_administrator.this["platform"].principal_type == "Group"
    error_message = "Entra ID does not let people in."
  }
}

run "a_prefix_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.prefix]
  variables {
    prefix = "argosy-productionwest-europe"
  }
}

run "a_resource_group_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.resource_group_name]
  variables {
    resource_group_name = "argosy/prod"
  }
}

run "a_region_by_its_display_name_is_refused" {
  command         = plan
  expect_failures = [var.location]
  variables {
    location = "West Europe"
  }
}

run "missing_tags_are_refused" {
  command         = plan
  expect_failures = [var.tags]
  variables {
    tags = { project = "argosy" }
  }
}

run "a_name_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.name]
  variables {
    name = "argosy-prod-whose-name-has-more-letters-than-azure-lets-a-server-have"
  }
}

run "a_subnet_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.subnet_id]
  variables {
    subnet_id = "database"
  }
}

run "a_zone_of_another_service_is_refused" {
  command         = plan
  expect_failures = [var.dns_zone_id]
  variables {
    dns_zone_id = "/subscriptions/0/resourceGroups/argosy-prod/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"
  }
}

run "a_version_that_argosy_does_not_know_is_refused" {
  command         = plan
  expect_failures = [var.engine_version]
  variables {
    engine_version = "14"
  }
}

run "a_size_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.sku_name]
  variables {
    sku_name = "Standard_D2ds_v5"
  }
}

run "a_burstable_server_with_a_standby_is_refused" {
  command         = plan
  expect_failures = [var.sku_name]
  variables {
    sku_name = "B_Standard_B1ms"
  }
}

run "storage_that_azure_does_not_have_is_refused" {
  command         = plan
  expect_failures = [var.storage_gib]
  variables {
    storage_gib = 100
  }
}

run "one_zone_twice_is_refused" {
  command         = plan
  expect_failures = [var.zones]
  variables {
    zones = ["1", "1"]
  }
}

run "too_few_days_of_backup_are_refused" {
  command         = plan
  expect_failures = [var.backup_days]
  variables {
    backup_days = 1
  }
}

run "a_day_that_no_week_has_is_refused" {
  command         = plan
  expect_failures = [var.maintenance_window]
  variables {
    maintenance_window = { day = 7 }
  }
}

run "a_reserved_name_is_refused" {
  command         = plan
  expect_failures = [var.database]
  variables {
    database = { user = "azure_pg_admin" }
  }
}

run "an_administrator_by_name_alone_is_refused" {
  command         = plan
  expect_failures = [var.entra_administrators]
  variables {
    entra_administrators = { platform = { object_id = "platform" } }
  }
}

run "a_tenant_by_domain_is_refused" {
  command         = plan
  expect_failures = [var.tenant_id]
  variables {
    tenant_id = "example.onmicrosoft.com"
  }
}

run "a_vault_by_name_alone_is_refused" {
  command         = plan
  expect_failures = [var.vault_id]
  variables {
    vault_id = "argosy-prod-4f1c"
  }
}

run "a_half_version_of_the_password_is_refused" {
  command         = plan
  expect_failures = [var.password_version]
  variables {
    password_version = 1.5
  }
}
