# The one step in which Terraform reaches into a cluster: it installs the reconciler and its root by the files of gitops/, as `make gitops` does, and takes both away
# again. Everything else in the cluster is Git's. The step is a program of this repository rather than a provider's resources, so that it is the same by hand, and so
# that a plan needs no cluster.
locals {
  step = "${abspath(path.module)}/step"

  # What says which cluster, and what is on it. Another of these is another environment.
  place = {
    KUBECONFIG_PATH    = var.kubeconfig.path == null ? "" : abspath(pathexpand(var.kubeconfig.path))
    KUBECONFIG_CONTENT = var.kubeconfig.content == null ? "" : var.kubeconfig.content
    CONTEXT            = var.kubeconfig.context == null ? "" : var.kubeconfig.context
    ENV                = var.environment
    RECONCILER         = var.reconciler
  }

  # What can change without taking anything away first.
  settings = {
    REPO     = var.repository
    REVISION = var.revision
    MANIFEST = var.manifest == "" ? "" : abspath(pathexpand(var.manifest))
    FACTS    = join(" ", [for name, value in var.facts : "${name}=${value}"])
    TIMEOUT  = tostring(var.timeout)
  }
}

# Takes the environment off the cluster when it is destroyed.
resource "terraform_data" "environment" {
  input = merge(local.place, {
    step      = local.step
    REPO      = local.settings.REPO
    MANIFEST  = local.settings.MANIFEST
    TIMEOUT   = local.settings.TIMEOUT
    protected = var.protected
  })
  triggers_replace = [var.environment, var.reconciler]

  provisioner "local-exec" {
    when    = destroy
    command = self.output.protected ? "echo 'This environment is protected: set protected = false, apply, then destroy.' >&2; exit 1" : self.output.step
    environment = {
      KUBECONFIG_PATH    = self.output.KUBECONFIG_PATH
      KUBECONFIG_CONTENT = self.output.KUBECONFIG_CONTENT
      CONTEXT            = self.output.CONTEXT
      ENV                = self.output.ENV
      RECONCILER         = self.output.RECONCILER
      REPO               = self.output.REPO
      MANIFEST           = self.output.MANIFEST
      TIMEOUT            = self.output.TIMEOUT
      DELETE             = "everything"
    }
  }
}

# Installs the reconciler where it is missing, applies the root, and waits until what Git has runs.
resource "terraform_data" "applied" {
  triggers_replace = [local.settings.REPO, local.settings.REVISION, local.settings.MANIFEST, local.settings.FACTS, var.credentials_version, terraform_data.environment.id]

  provisioner "local-exec" {
    command = local.step
    environment = merge(local.place, local.settings, {
      GITHUB_APP_ID              = var.credentials == null ? "" : var.credentials.github_app_id
      GITHUB_APP_INSTALLATION_ID = var.credentials == null ? "" : var.credentials.github_app_installation_id
      GITHUB_APP_PRIVATE_KEY     = var.credentials == null ? "" : var.credentials.github_app_private_key
    })
  }
}
