mock_provider "azurerm" {
  mock_resource "azurerm_key_vault" {
    defaults = {
      id        = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.KeyVault/vaults/argosy-prod-4f1c"
      vault_uri = "https://argosy-prod-4f1c.vault.azure.net/"
    }
  }
}

variables {
  prefix              = "argosy-prod"
  name                = "argosy-prod-4f1c"
  resource_group_name = "argosy-prod"
  location            = "westeurope"
  tags                = { project = "argosy", environment = "prod", owner = "platform@example.com", managed-by = "terraform" }
  tenant_id           = "11111111-1111-1111-1111-111111111111"
  subnet_id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/virtualNetworks/argosy-prod/subnets/endpoints"
  dns_zone_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"
}

run "nobody_enters_from_outside" {
  assert {
    condition     = !azurerm_key_vault.this.public_network_access_enabled && azurerm_key_vault.this.network_acls[0].default_action == "Deny" && azurerm_key_vault.this.network_acls[0].bypass == "None"
    error_message = "The vault can be reached from outside."
  }
  assert {
    condition     = azurerm_key_vault.this.rbac_authorization_enabled && length(azurerm_key_vault.this.access_policy) == 0
    error_message = "It is opened by more than roles."
  }
}

run "only_the_operators_enter_from_outside" {
  variables {
    operator_cidrs = ["203.0.113.0/24"]
  }
  assert {
    condition     = azurerm_key_vault.this.public_network_access_enabled && azurerm_key_vault.this.network_acls[0].default_action == "Deny" && azurerm_key_vault.this.network_acls[0].ip_rules == toset(["203.0.113.0/24"])
    error_message = "The vault can be reached from elsewhere."
  }
}

run "everywhere_has_to_be_said" {
  variables {
    operator_cidrs = ["0.0.0.0/0"]
  }
  assert {
    condition     = azurerm_key_vault.this.network_acls[0].default_action == "Allow"
    error_message = "0.0.0.0/0 is not everywhere."
  }
}

run "what_was_deleted_comes_back" {
  assert {
    condition     = azurerm_key_vault.this.purge_protection_enabled && azurerm_key_vault.this.soft_delete_retention_days == 90
    error_message = "It can be purged."
  }
}

run "the_secrets_that_overlays_ask_for" {
  assert {
    condition     = toset(output.secret_names) == toset(["api-bootstrap-admin-password", "api-bootstrap-admin-token", "api-seal-key", "broker-token", "ingest-token", "simulator-token"])
    error_message = "The secrets are ${jsonencode(output.secret_names)}."
  }
  assert {
    condition     = alltrue([for secret in azurerm_key_vault_secret.this : secret.value == null && secret.value_wo_version == 1])
    error_message = "The state has a secret."
  }
}

run "tags_everywhere" {
  assert {
    condition     = alltrue([for tags in concat([azurerm_key_vault.this.tags, azurerm_private_endpoint.this.tags], values(azurerm_key_vault_secret.this)[*].tags) : tags == tomap(var.tags)])
    error_message = "Something has no tags."
  }
}

run "thrown_away" {
  variables {
    protected = false
  }
  assert {
    condition     = !azurerm_key_vault.this.purge_protection_enabled && azurerm_key_vault.this.soft_delete_retention_days == 7
    error_message = "It is kept."
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
    name = "argosy-prod-west-europe-4f1c"
  }
}

run "a_tenant_by_domain_is_refused" {
  command         = plan
  expect_failures = [var.tenant_id]
  variables {
    tenant_id = "example.onmicrosoft.com"
  }
}

run "a_subnet_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.subnet_id]
  variables {
    subnet_id = "endpoints"
  }
}

run "a_zone_of_another_service_is_refused" {
  command         = plan
  expect_failures = [var.dns_zone_id]
  variables {
    dns_zone_id = "/subscriptions/0/resourceGroups/argosy-prod/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"
  }
}

run "a_private_operator_is_refused" {
  command         = plan
  expect_failures = [var.operator_cidrs]
  variables {
    operator_cidrs = ["192.168.1.0/24"]
  }
}

run "a_half_version_is_refused" {
  command         = plan
  expect_failures = [var.secrets_version]
  variables {
    secrets_version = 0.5
  }
}
