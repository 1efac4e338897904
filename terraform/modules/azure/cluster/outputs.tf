output "cluster_id" {
  description = "The cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "cluster_name" {
  description = "Its name: `az aks get-credentials --resource-group <group> --name <this>`."
  value       = azurerm_kubernetes_cluster.this.name
}

output "kubernetes_version" {
  description = "The version that runs, with its patch."
  value       = azurerm_kubernetes_cluster.this.current_kubernetes_version
}

output "issuer_url" {
  description = "Who signs the tokens of its service accounts, for more federated credentials."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "secrets_client_id" {
  description = "The identity of External Secrets: the annotation azure.workload.identity/client-id of its service account. Null: there is no vault."
  value       = one(azurerm_user_assigned_identity.secrets[*].client_id)
}

output "log_workspace_id" {
  description = "Where the control plane's logs are."
  value       = azurerm_log_analytics_workspace.this.id
}
