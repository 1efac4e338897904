output "virtual_network_id" {
  description = "The virtual network."
  value       = azurerm_virtual_network.this.id
}

output "cidr" {
  description = "Its addresses."
  value       = var.cidr
}

output "cluster_cidrs" {
  description = "Addresses of `pods` and `services` in the cluster."
  value       = var.cluster_cidrs
}

output "node_subnet_id" {
  description = "The subnet of the cluster's nodes."
  # Whoever puts nodes there wants their way out to be there first.
  value      = azurerm_subnet.nodes.id
  depends_on = [azurerm_subnet_nat_gateway_association.nodes, azurerm_nat_gateway_public_ip_association.this, azurerm_subnet_network_security_group_association.this]
}

output "endpoint_subnet_id" {
  description = "The subnet of private endpoints."
  value       = azurerm_subnet.endpoints.id
  depends_on  = [azurerm_subnet_network_security_group_association.this]
}

output "database_subnet_id" {
  description = "The subnet that is delegated to PostgreSQL."
  value       = azurerm_subnet.database.id
  depends_on  = [azurerm_subnet_network_security_group_association.this]
}

output "dns_zone_ids" {
  description = "Private DNS zones by what they name: `database`, `cache`, `vault`."
  value       = { for kind, zone in azurerm_private_dns_zone.this : kind => zone.id }
  # A server whose zone nobody in the network can read cannot be found.
  depends_on = [azurerm_private_dns_zone_virtual_network_link.this]
}

output "nat_addresses" {
  description = "Addresses that the cluster is seen with from outside."
  value       = [azurerm_public_ip.nat.ip_address]
}
