output "name" {
  description = "The cluster."
  value       = module.cluster.name
}

output "arn" {
  description = "The cluster, as a policy names it."
  value       = module.cluster.arn
}

output "endpoint" {
  description = "The address of its control plane."
  value       = module.cluster.endpoint
}

output "certificate_authority" {
  description = "Who signed the control plane's certificate: PEM in base64."
  value       = module.cluster.certificate_authority
}

output "kubernetes_version" {
  description = "The version that runs."
  value       = module.cluster.kubernetes_version
}
