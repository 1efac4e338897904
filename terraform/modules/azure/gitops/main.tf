# Flux, as an extension of AKS: Azure installs and renews it, and makes the source and the root from what is written here, so that Terraform reaches into no cluster.
#
# What the cluster becomes is the same as by `make gitops RECONCILER=flux`. gitops/flux/root has four things, of which the extension makes two itself:
#   the GitRepository `argosy` of flux-system   is this configuration's own source, which has its name and namespace, so that gitops/flux/<environment> finds it
#   the Kustomization `argosy`, the root        is this configuration's `argosy-root`, which acts as Azure's account flux-applier, an administrator of the cluster
#   the namespace, and whom overlays act as     are gitops/flux/rights: gitops/flux/root without the other two
resource "azurerm_kubernetes_cluster_extension" "flux" {
  name           = "flux"
  cluster_id     = var.cluster_id
  extension_type = "microsoft.flux"

  version           = var.extension_version
  release_train     = var.extension_version == null ? "Stable" : null
  release_namespace = "flux-system"

  # --no-cross-namespace-refs, --no-remote-bases, and an account without rights for whoever names none: nobody uses another's source or rights.
  configuration_settings = { "multiTenancy.enforce" = "true" }
}

resource "azurerm_kubernetes_flux_configuration" "this" {
  # The names of the objects in the cluster: a GitRepository `argosy`, Kustomizations `argosy-rights` and `argosy-root`.
  name       = "argosy"
  cluster_id = var.cluster_id
  namespace  = "flux-system"
  # The root says whom the others act as.
  scope = "cluster"

  git_repository {
    url                      = var.repository
    reference_type           = "branch"
    reference_value          = var.branch
    sync_interval_in_seconds = 60
    timeout_in_seconds       = 60

    https_user           = try(var.credentials.user, null)
    https_key_base64     = try(base64encode(var.credentials.token), null)
    https_ca_cert_base64 = try(base64encode(var.ca_certificate), null)
    local_auth_reference = var.secret
  }

  # Nothing of it is taken away with the configuration: what overlays made is deleted by the account that is made here, and the namespace has the environment in it.
  kustomizations {
    name                       = "rights"
    path                       = "./gitops/flux/rights"
    sync_interval_in_seconds   = 600
    retry_interval_in_seconds  = 60
    timeout_in_seconds         = 120
    garbage_collection_enabled = false
    wait                       = false
  }

  # Two Kustomizations, of which prod's leave alone what they made when they are deleted. The wait for all of them is the environment's, not the root's.
  kustomizations {
    name                       = "root"
    path                       = "./gitops/flux/${var.environment}"
    depends_on                 = ["rights"]
    sync_interval_in_seconds   = 600
    retry_interval_in_seconds  = 60
    timeout_in_seconds         = 120
    garbage_collection_enabled = true
    wait                       = false
  }

  depends_on = [azurerm_kubernetes_cluster_extension.flux]
}
