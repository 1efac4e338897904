# What the cluster may do outside of itself: pull images, and read one vault where there is one.
resource "azurerm_role_assignment" "pull" {
  scope                = var.registry_id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_kubernetes_cluster.this.kubelet_identity[0].object_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_user_assigned_identity" "secrets" {
  count = var.vault_id == null ? 0 : 1

  name                = "${var.prefix}-external-secrets"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# One service account of this cluster is that identity; there is no password for it.
resource "azurerm_federated_identity_credential" "secrets" {
  count = var.vault_id == null ? 0 : 1

  name                      = "external-secrets"
  user_assigned_identity_id = azurerm_user_assigned_identity.secrets[0].id
  issuer                    = azurerm_kubernetes_cluster.this.oidc_issuer_url
  subject                   = "system:serviceaccount:${var.secrets_service_account}"
  audience                  = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "secrets" {
  count = var.vault_id == null ? 0 : 1

  scope                = var.vault_id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.secrets[0].principal_id
  principal_type       = "ServicePrincipal"
}
