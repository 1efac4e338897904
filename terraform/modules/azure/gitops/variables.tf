variable "cluster_id" {
  description = "The cluster: the output `cluster_id` of modules/azure/cluster."
  type        = string

  validation {
    condition     = can(regex("/Microsoft.ContainerService/managedClusters/[^/]+$", var.cluster_id))
    error_message = "cluster_id \"${var.cluster_id}\" is not a cluster: take the output `cluster_id` of modules/azure/cluster."
  }
}

variable "environment" {
  description = "What the cluster becomes: a folder of gitops/flux, such as dev or prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,29}$", var.environment)) && !contains(["root", "rights", "base", "install"], var.environment)
    error_message = "environment \"${var.environment}\" is not an environment: it wants a folder of gitops/flux, such as dev or prod."
  }
}

variable "repository" {
  description = "The repository that is followed, by https, without a user or a password in it."
  type        = string

  validation {
    condition     = can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9._~/%-]+$", var.repository))
    error_message = "repository is not an https address, or has a user in it: write it as https://github.com/you/argosy.git, and give credentials by `credentials`."
  }
}

variable "branch" {
  description = "The branch that is followed."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$", var.branch))
    error_message = "branch \"${var.branch}\" is not a branch, such as main."
  }
}

variable "credentials" {
  description = "Who reads a private repository: a user and a token that may read it and nothing else. Azure keeps both for the cluster, and they are in Terraform's state, so let the token live for as short as you can renew it. `secret` avoids that."
  type = object({
    user  = string
    token = string
  })
  default   = null
  sensitive = true

  validation {
    condition     = var.credentials == null ? true : length(var.credentials.user) > 0 && length(var.credentials.token) > 0
    error_message = "credentials wants a user and a token, neither of them empty: TF_VAR_credentials='{\"user\": \"git\", \"token\": \"...\"}'. Leave it out for a repository that anybody may read."
  }
}

variable "secret" {
  description = "Instead of `credentials`: a Secret in the namespace flux-system with `username` and `password`, which somebody makes in the cluster. Nothing of it is in the state."
  type        = string
  default     = null

  validation {
    condition     = var.secret == null ? true : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.secret))
    error_message = "secret \"${coalesce(var.secret, " ")}\" is not the name of a Secret: it wants lower-case letters, digits and hyphens."
  }
  validation {
    condition     = var.secret == null || nonsensitive(var.credentials == null)
    error_message = "secret and credentials are both given: a repository is read by one of them."
  }
}

variable "ca_certificate" {
  description = "The authority (PEM) of a server of Git whose certificate nobody else knows."
  type        = string
  default     = null

  validation {
    condition     = var.ca_certificate == null ? true : startswith(trimspace(var.ca_certificate), "-----BEGIN CERTIFICATE-----")
    error_message = "ca_certificate is no certificate: it begins with -----BEGIN CERTIFICATE-----."
  }
}

variable "extension_version" {
  description = "The version of the extension microsoft.flux. Null: Azure's newest, which it renews by itself."
  type        = string
  default     = null

  validation {
    condition     = var.extension_version == null ? true : can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.extension_version))
    error_message = "extension_version \"${coalesce(var.extension_version, " ")}\" is not a version: it wants three numbers, such as 1.18.2, or null for the newest."
  }
}
