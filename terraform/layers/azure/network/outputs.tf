output "virtual_network_id" {
  description = "The virtual network."
  value       = module.network.virtual_network_id
}

output "cidr" {
  description = "Its addresses."
  value       = module.network.cidr
}

output "zones" {
  description = "The zones that the environment spans."
  value       = tolist(slice(["1", "2", "3"], 0, var.zones))
}

output "cluster_cidrs" {
  description = "Addresses of pods and services."
  value       = module.network.cluster_cidrs
}

output "node_subnet_id" {
  description = "The subnet of the cluster's nodes."
  value       = module.network.node_subnet_id
}

output "endpoint_subnet_id" {
  description = "The subnet of private endpoints."
  value       = module.network.endpoint_subnet_id
}

output "database_subnet_id" {
  description = "The subnet of PostgreSQL."
  value       = module.network.database_subnet_id
}

output "dns_zone_ids" {
  description = "Private DNS zones by what they name."
  value       = module.network.dns_zone_ids
}

output "nat_addresses" {
  description = "Addresses that the cluster is seen with from outside."
  value       = module.network.nat_addresses
}
