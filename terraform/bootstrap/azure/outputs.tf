output "state" {
  description = "Where states are: what environments/azure-*/backend.hcl names. The container is the environment's name."
  value = {
    resource_group_name  = azurerm_resource_group.platform.name
    storage_account_name = azurerm_storage_account.state.name
  }
}

output "registry" {
  description = "What `make images PUSH=` and `argosy image set --registry` take."
  value       = "${module.registry.registry}/${var.project}"
}

output "registry_id" {
  description = "The registry, for cluster.tfvars."
  value       = module.registry.registry_id
}

output "client_ids" {
  description = "Identities of pipelines: `push`, `pull`, and of each environment `plan` and `apply`. A pipeline signs in by AZURE_CLIENT_ID."
  value       = { for name, identity in azurerm_user_assigned_identity.this : name => identity.client_id }
}

output "tenant_id" {
  description = "The tenant of the subscription."
  value       = data.azurerm_client_config.current.tenant_id
}
