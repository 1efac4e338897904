output "vault_id" {
  description = "The vault."
  value       = module.secrets.vault_id
}

output "vault_name" {
  description = "Its name, as `az keyvault` takes it."
  value       = module.secrets.vault_name
}

output "vault_url" {
  description = "Its address, for the SecretStore of the overlay."
  value       = module.secrets.vault_url
}

output "secret_names" {
  description = "The secrets that are in it."
  value       = sort(concat(module.secrets.secret_names, [module.database.secret_name], module.cache[*].secret_name))
}

output "database_address" {
  description = "PostgreSQL's name in the network."
  value       = module.database.address
}

output "database_server_id" {
  description = "The server, as `az postgres flexible-server` takes it by --ids."
  value       = module.database.server_id
}

output "cache_address" {
  description = "Redis' name in the network. Null: there is none."
  value       = one(module.cache[*].address)
}
