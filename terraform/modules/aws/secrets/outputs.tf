output "arns" {
  description = "Every secret, as a policy names it."
  value       = concat([for secret in values(aws_secretsmanager_secret.this) : secret.arn], [aws_secretsmanager_secret.seal_key.arn])
}
