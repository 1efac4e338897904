# A registry of images and Helm charts (both are OCI artifacts), which nobody enters without an identity of Entra ID: no admin, no anonymous pull.
resource "azurerm_container_registry" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  sku                      = var.sku
  admin_enabled            = false
  anonymous_pull_enabled   = false
  zone_redundancy_enabled  = var.sku == "Premium"
  retention_policy_in_days = var.untagged_days

  # Builders and clusters of several networks come here; identities guard it.
  public_network_access_enabled = true
}

resource "azurerm_role_assignment" "push" {
  for_each = var.pushers

  scope                = azurerm_container_registry.this.id
  role_definition_name = "AcrPush"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} pushes images and charts"
}

resource "azurerm_role_assignment" "pull" {
  for_each = var.pullers

  scope                = azurerm_container_registry.this.id
  role_definition_name = "AcrPull"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} pulls images and charts"
}
