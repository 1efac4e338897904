output "address" {
  description = "The name that writes and reads go to. It stays when another server, or a later version, takes over."
  value       = aws_rds_cluster.this.endpoint
}

output "name" {
  description = "The database in it."
  value       = aws_rds_cluster.this.database_name
}

output "address_secret_arn" {
  description = "The secret that says where it is, as a policy names it."
  value       = aws_secretsmanager_secret.this.arn
}

output "secret_arn" {
  description = "Where RDS keeps the user's name and password, in Secrets Manager."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}

output "cluster_arn" {
  description = "The cluster, as a blue/green deployment names it."
  value       = aws_rds_cluster.this.arn
}

output "engine_version" {
  description = "The version that runs."
  value       = aws_rds_cluster.this.engine_version_actual
}
