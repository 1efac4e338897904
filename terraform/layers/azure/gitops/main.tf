# The reconciler of an environment, and the folder that it follows. gitops/flux/<environment> is the one of the same name.
module "gitops" {
  source = "../../../modules/azure/gitops"

  cluster_id        = var.cluster.cluster_id
  environment       = var.environment
  repository        = var.repository
  branch            = var.branch
  credentials       = var.credentials
  secret            = var.secret
  ca_certificate    = var.ca_certificate
  extension_version = var.extension_version
}
