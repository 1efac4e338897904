output "address" {
  description = "What `make images PUSH=` and `argosy image set --registry` take."
  value       = "${split("/", values(aws_ecr_repository.this)[0].repository_url)[0]}/${var.project}"
}

output "repository_arns" {
  description = "Every repository, as a policy names it."
  value       = [for repository in values(aws_ecr_repository.this) : repository.arn]
}
