output "kubeconfig" {
  description = "A kubeconfig without a secret, for `kubectl`."
  value       = local.kubeconfig
}
