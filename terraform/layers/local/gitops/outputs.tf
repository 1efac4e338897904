output "repository" {
  description = "The repository that the cluster follows, and its branch or tag."
  value       = module.gitops.repository
}
