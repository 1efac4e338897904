variable "project" {
  description = "What every name begins with."
  type        = string
  default     = "argosy"
}

variable "environment" {
  description = "The environment, without its cloud: dev or prod."
  type        = string
}

variable "repository" {
  description = "The repository that describes it and that the cluster follows."
  type        = string
  default     = "https://github.com/argosy/argosy"
}


variable "region" {
  description = "The region of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region \"${var.region}\" is not a region, such as eu-central-1."
  }
}

variable "cluster" {
  description = "Outputs of the layer cluster; scripts/platform passes them."
  type = object({
    name                  = string
    arn                   = string
    endpoint              = string
    certificate_authority = string
  })

  validation {
    condition     = can(regex("^arn:[a-z-]+:eks:${var.region}:", var.cluster.arn))
    error_message = "cluster is ${var.cluster.arn}, which is not in ${var.region}: pass the outputs of its own layer cluster."
  }
}

variable "revision" {
  description = "The branch or tag that the cluster follows."
  type        = string
  default     = "main"
}

variable "reconciler" {
  description = "argocd or flux."
  type        = string
  default     = "argocd"
}

variable "manifest" {
  description = "A file with the reconciler's own manifest, where GitHub cannot be reached."
  type        = string
  default     = ""
}

variable "credentials" {
  description = "A GitHub App that may read a private repository; set by TF_VAR_credentials, kept nowhere."
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

variable "timeout" {
  description = "For how many seconds it is waited until what Git has runs."
  type        = number
  default     = 900
}

variable "protected" {
  description = "Whether a destroy is refused."
  type        = bool
  default     = true
}
