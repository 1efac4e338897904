output "cluster_id" {
  description = "The cluster."
  value       = module.cluster.cluster_id
}

output "cluster_name" {
  description = "Its name."
  value       = module.cluster.cluster_name
}

output "credentials_command" {
  description = "What lets kubectl in, with `kubelogin` and your own identity."
  value       = "az aks get-credentials --resource-group ${module.naming.prefix} --name ${module.cluster.cluster_name}"
}

output "kubernetes_version" {
  description = "The version that runs, with its patch."
  value       = module.cluster.kubernetes_version
}

output "issuer_url" {
  description = "Who signs the tokens of its service accounts."
  value       = module.cluster.issuer_url
}

output "secrets_client_id" {
  description = "The identity of External Secrets, for its service account's annotation."
  value       = module.cluster.secrets_client_id
}

output "log_workspace_id" {
  description = "Where the control plane's logs are."
  value       = module.cluster.log_workspace_id
}
