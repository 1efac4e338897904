# Once a subscription, by a person who owns it: where states are kept, the registry, whom the CI systems are, and a resource group for each environment, in which
# its identities may do what its layers need and nothing else.
locals {
  suffix = substr(sha256("${var.subscription_id}/${var.project}"), 0, 4)

  # modules/naming, but for what is of no environment.
  tags = {
    project     = var.project
    environment = "platform"
    owner       = var.owner
    repository  = var.repository
    managed-by  = "terraform"
  }
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "platform" {
  name     = "${var.project}-platform"
  location = var.location
  tags     = local.tags
}

resource "azurerm_resource_group" "environment" {
  for_each = var.environments

  name     = "${var.project}-${each.key}"
  location = var.location
  tags     = merge(local.tags, { environment = each.key })
}

module "registry" {
  source = "../../modules/azure/registry"

  name                = "${var.project}${local.suffix}"
  resource_group_name = azurerm_resource_group.platform.name
  location            = var.location
  tags                = local.tags
  sku                 = var.registry.sku
  untagged_days       = var.registry.untagged_days
  pushers             = { push = azurerm_user_assigned_identity.this["push"].principal_id }
  pullers             = { pull = azurerm_user_assigned_identity.this["pull"].principal_id }
}

resource "azurerm_management_lock" "this" {
  for_each = var.protected ? { states = azurerm_storage_account.state.id, registry = module.registry.registry_id } : {}

  name       = "holds-${each.key}"
  scope      = each.value
  lock_level = "CanNotDelete"
  notes      = "What all environments of ${var.project} need. An owner takes this lock away before it can be deleted."
}
