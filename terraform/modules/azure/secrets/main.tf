# The vault of one environment, and in it the secrets that Argosy chooses for itself, so that nobody has to. External Secrets reads them into the cluster.
locals {
  everywhere = contains(var.operator_cidrs, "0.0.0.0/0")
}

resource "azurerm_key_vault" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  tenant_id                  = var.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = var.protected
  soft_delete_retention_days = var.protected ? 90 : 7

  # Who is in the environment's network comes by the private endpoint.
  public_network_access_enabled = length(var.operator_cidrs) > 0

  network_acls {
    bypass         = "None"
    default_action = local.everywhere ? "Allow" : "Deny"
    ip_rules       = local.everywhere ? [] : var.operator_cidrs
  }
}

resource "azurerm_private_endpoint" "this" {
  name                = "${var.prefix}-vault"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.this.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "vault"
    private_dns_zone_ids = [var.dns_zone_id]
  }
}

# As `argosy secrets` makes them. uuid() is 128 bits of the system's random source; it is known during an apply alone and goes into a write-only argument alone,
# so neither the plan nor the state ever has it.
locals {
  names  = toset(["api-seal-key", "api-bootstrap-admin-password", "api-bootstrap-admin-token", "broker-token", "ingest-token", "simulator-token"])
  random = { for name in local.names : name => sensitive("${endswith(name, "-token") ? "argosy_" : ""}${replace("${uuid()}${uuid()}", "-", "")}") }
}

resource "azurerm_key_vault_secret" "this" {
  for_each = local.names

  name         = each.key
  key_vault_id = azurerm_key_vault.this.id
  content_type = "Made by Terraform, for the cluster"
  tags         = var.tags

  value_wo         = local.random[each.key]
  value_wo_version = var.secrets_version
}
