output "address" {
  description = "The name of the node that writes and reads go to."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "secret_name" {
  description = "The secret whose property `url` is what the API connects by."
  value       = aws_secretsmanager_secret.this.name
}

output "secret_arn" {
  description = "The same, as a policy names it."
  value       = aws_secretsmanager_secret.this.arn
}
