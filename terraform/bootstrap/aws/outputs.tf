output "state_bucket" {
  description = "The bucket that environments/*/backend.hcl names."
  value       = aws_s3_bucket.state.id
}

output "registry" {
  description = "What `make images PUSH=` and `argosy image set --registry` take."
  value       = module.registry.address
}

output "role_arns" {
  description = "Roles of pipelines: `plan`, `apply` and `push`. Clusters name `apply` as administrator."
  value       = { plan = aws_iam_role.plan.arn, apply = aws_iam_role.apply.arn, push = aws_iam_role.push.arn }
}
