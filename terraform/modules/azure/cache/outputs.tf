output "address" {
  description = "The name that the cluster connects to."
  value       = azurerm_managed_redis.this.hostname
}

output "port" {
  description = "The port, which is not Redis' usual one."
  value       = azurerm_managed_redis.this.default_database[0].port
}

output "secret_name" {
  description = "The secret of the vault that has the URL which the API connects by."
  value       = azurerm_key_vault_secret.url.name
}
