output "configuration_id" {
  description = "The configuration: `az k8s-configuration flux show` says whether it is compliant."
  value       = azurerm_kubernetes_flux_configuration.this.id
}

output "path" {
  description = "The folder of the repository that the cluster follows."
  value       = "./gitops/flux/${var.environment}"
}

output "extension_version" {
  description = "The version of the extension that runs."
  value       = azurerm_kubernetes_cluster_extension.flux.current_version
}
