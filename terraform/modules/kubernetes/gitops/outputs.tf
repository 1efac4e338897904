output "environment" {
  description = "The environment that the cluster is made equal to."
  value       = var.environment
}

output "repository" {
  description = "The repository that it follows, and its branch or tag."
  value       = "${var.repository}@${var.revision}"
}
