output "address" {
  description = "The name that the cluster connects to. It stays when the standby takes over."
  value       = azurerm_postgresql_flexible_server.this.fqdn
}

output "name" {
  description = "The database in it."
  value       = azurerm_postgresql_flexible_server_database.this.name
}

output "server_id" {
  description = "The server."
  value       = azurerm_postgresql_flexible_server.this.id
}

output "secret_name" {
  description = "The secret of the vault that has the URL which the API connects by."
  value       = azurerm_key_vault_secret.url.name
}
