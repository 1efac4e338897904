variable "cluster" {
  description = "The cluster: outputs of modules/aws/cluster."
  type = object({
    name                  = string
    arn                   = string
    endpoint              = string
    certificate_authority = string
  })

  validation {
    condition     = startswith(var.cluster.endpoint, "https://") && can(base64decode(var.cluster.certificate_authority))
    error_message = "cluster.endpoint wants an https address, and cluster.certificate_authority PEM in base64: take the outputs of modules/aws/cluster."
  }
}

variable "environment" {
  description = "The environment: a folder of kustomize/overlays and of gitops/argocd."
  type        = string
}

variable "repository" {
  description = "The repository that the cluster follows, and its branch or tag."
  type = object({
    url      = string
    revision = optional(string, "main")
  })
}

variable "reconciler" {
  description = "`argocd` or `flux`."
  type        = string
  default     = "argocd"
}

variable "manifest" {
  description = "A file with the reconciler's own manifest, where GitHub cannot be reached."
  type        = string
  default     = ""
}

variable "credentials" {
  description = "A GitHub App that may read a private repository: see modules/kubernetes/gitops."
  type = object({
    github_app_id              = string
    github_app_installation_id = string
    github_app_private_key     = string
  })
  default   = null
  ephemeral = true
  sensitive = true
}

variable "credentials_version" {
  description = "Another number gives the cluster the credentials again."
  type        = number
  default     = 1
}

variable "facts" {
  description = "More facts of the cluster than its cloud, region and account."
  type        = map(string)
  default     = {}
}

variable "timeout" {
  description = "For how many seconds it is waited."
  type        = number
  default     = 900
}

variable "protected" {
  description = "Whether a destroy is refused."
  type        = bool
  default     = true
}
