output "prefix" {
  description = "What every name begins with."
  value       = module.naming.prefix
}

output "kms_key_arn" {
  description = "The environment's key."
  value       = module.key.arn
}

output "vpc_id" {
  description = "The VPC."
  value       = module.network.vpc_id
}

output "zones" {
  description = "The zones that it spans."
  value       = module.network.zones
}

output "private_subnet_ids" {
  description = "Subnets of the cluster."
  value       = module.network.private_subnet_ids
}

output "private_cidrs" {
  description = "Their addresses."
  value       = module.naming.subnets.private
}

output "database_subnet_ids" {
  description = "Subnets of database and cache."
  value       = module.network.database_subnet_ids
}

output "nat_addresses" {
  description = "Addresses that the cluster is seen with from outside."
  value       = module.network.nat_addresses
}
