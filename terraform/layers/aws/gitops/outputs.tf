output "kubeconfig" {
  description = "A kubeconfig without a secret: `terraform output -raw kubeconfig >kubeconfig`."
  value       = module.gitops.kubeconfig
}
