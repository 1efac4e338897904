# States: encrypted twice, every version kept, locked by a lease while somebody works, opened by identities and by no key.
resource "azurerm_storage_account" "state" {
  name                = "${var.project}state${local.suffix}"
  resource_group_name = azurerm_resource_group.platform.name
  location            = var.location
  tags                = local.tags

  account_tier             = "Standard"
  account_replication_type = var.state_replication

  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  infrastructure_encryption_enabled = true
  shared_access_key_enabled         = false
  local_user_enabled                = false
  default_to_oauth_authentication   = true
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  allowed_copy_scope                = "AAD"
  public_network_access_enabled     = true

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = var.state_days
    }

    container_delete_retention_policy {
      days = var.state_days
    }
  }

  network_rules {
    default_action = length(var.state_cidrs) > 0 ? "Deny" : "Allow"
    bypass         = ["None"]
    ip_rules       = var.state_cidrs
  }
}

# One for each environment, so that who plans dev cannot read what prod's state knows.
resource "azurerm_storage_container" "state" {
  for_each = var.environments

  name                  = each.key
  storage_account_id    = azurerm_storage_account.state.id
  container_access_type = "private"
}
