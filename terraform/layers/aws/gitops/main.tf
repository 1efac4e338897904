# The last layer, where Terraform stops: the reconciler and its root.
module "gitops" {
  source = "../../../modules/aws/gitops"

  cluster             = var.cluster
  environment         = var.environment
  repository          = { url = "${trimsuffix(var.repository, ".git")}.git", revision = var.revision }
  reconciler          = var.reconciler
  manifest            = var.manifest
  credentials         = var.credentials
  credentials_version = var.credentials_version
  facts               = { project = var.project, environment = var.environment }
  timeout             = var.timeout
  protected           = var.protected
}
