output "vault_id" {
  description = "The vault."
  value       = azurerm_key_vault.this.id
}

output "vault_name" {
  description = "Its name, as `az keyvault` takes it."
  value       = azurerm_key_vault.this.name
}

output "vault_url" {
  description = "Its address, as a SecretStore of External Secrets takes it."
  value       = azurerm_key_vault.this.vault_uri
}

output "secret_names" {
  description = "The secrets that were made in it."
  value       = sort([for secret in azurerm_key_vault_secret.this : secret.name])
}
