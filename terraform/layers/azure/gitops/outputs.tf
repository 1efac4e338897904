output "configuration_id" {
  description = "The Flux configuration."
  value       = module.gitops.configuration_id
}

output "path" {
  description = "The folder of the repository that the cluster follows."
  value       = module.gitops.path
}

output "extension_version" {
  description = "The version of the extension that runs."
  value       = module.gitops.extension_version
}
