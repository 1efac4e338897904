output "database_address" {
  description = "The name that the overlay's database-url has."
  value       = module.database.address
}

output "database_secret" {
  description = "The secret of user and password, as the overlay's ExternalSecret names it."
  # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-xxxxxx
  value = trimsuffix(element(split(":", module.database.secret_arn), 6), regex("-[A-Za-z0-9]+$", element(split(":", module.database.secret_arn), 6)))
}

output "cache_address" {
  description = "The name of Valkey."
  value       = module.cache.address
}

output "secret_arns" {
  description = "Every secret that External Secrets reads."
  value = concat(
    [module.database.secret_arn, module.database.address_secret_arn, module.cache.secret_arn],
    module.secrets.arns,
    # RDS's authorities, which a person writes there: docs/platform.md. The end of its ARN is made by AWS.
    ["arn:${data.aws_partition.current.partition}:secretsmanager:${var.region}:${data.aws_caller_identity.current.account_id}:secret:${var.secrets.folder}/database-ca-??????"],
  )
}
