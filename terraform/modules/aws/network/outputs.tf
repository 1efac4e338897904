output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its addresses."
  value       = aws_vpc.this.cidr_block
}

output "zones" {
  description = "The zones that it spans, in the order of the subnets."
  value       = local.zones
}

output "public_subnet_ids" {
  description = "Subnets of load balancers and NAT, one a zone."
  value       = aws_subnet.public[*].id
}

output "private_subnet_ids" {
  description = "Subnets of the cluster, one a zone."
  value       = aws_subnet.private[*].id
}

output "database_subnet_ids" {
  description = "Subnets of database and cache, one a zone."
  value       = aws_subnet.database[*].id
}

output "nat_addresses" {
  description = "Addresses that the cluster is seen with from outside."
  value       = aws_eip.nat[*].public_ip
}
