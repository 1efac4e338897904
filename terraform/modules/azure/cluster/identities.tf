# What the cluster may do outside of itself. Its control plane attaches load balancers to the nodes' subnet, and gives nodes their identity.
resource "azurerm_user_assigned_identity" "cluster" {
  name                = "${var.prefix}-cluster"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "cluster_network" {
  scope                = var.node_subnet_id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "cluster_nodes" {
  scope                = azurerm_user_assigned_identity.nodes.id
  role_definition_name = "Managed Identity Operator"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
}

# Nodes pull images. They have an identity of their own rather than AKS's, so that they may before the first of them starts.
resource "azurerm_user_assigned_identity" "nodes" {
  name                = "${var.prefix}-nodes"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "pull" {
  scope                = var.registry_id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.nodes.principal_id
  principal_type       = "ServicePrincipal"
}

# External Secrets reads one vault, where there is one.

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
