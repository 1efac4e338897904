# A cluster that is there already, such as kind's: the reconciler and its root, as on a cloud's.
module "gitops" {
  source = "../../../modules/kubernetes/gitops"

  kubeconfig  = { path = var.kubeconfig, context = var.context == "" ? null : var.context }
  environment = var.environment
  repository  = var.repository
  revision    = var.revision
  reconciler  = var.reconciler
  manifest    = var.manifest
  facts       = var.facts
  timeout     = var.timeout
  protected   = var.protected
}
