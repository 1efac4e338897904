output "registry_id" {
  description = "The registry."
  value       = azurerm_container_registry.this.id
}

output "registry" {
  description = "Its address: `make images PUSH=<this>/argosy`."
  value       = azurerm_container_registry.this.login_server
}
