variable "environment" {
  description = "The environment: a folder of terraform/environments without its cloud."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment \"${var.environment}\" is not a name: it wants 2 to 10 lower-case letters and digits, the first a letter, such as dev or prod."
  }
}

variable "repository" {
  description = "The repository that the cluster follows, by https."
  type        = string

  validation {
    condition     = can(regex("^https://[A-Za-z0-9./_-]{4,200}$", var.repository))
    error_message = "repository \"${var.repository}\" is not an https address, such as https://github.com/you/argosy.git."
  }
}

variable "subscription_id" {
  description = "The subscription: `az account show --query id`."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id \"${var.subscription_id}\" is not a subscription: `az account show --query id --output tsv` prints it."
  }
}

variable "cluster" {
  description = "What the layer cluster put out."
  type = object({
    cluster_id = string
  })

  validation {
    condition     = can(regex("/Microsoft.ContainerService/managedClusters/[^/]+$", var.cluster.cluster_id))
    error_message = "cluster.cluster_id \"${var.cluster.cluster_id}\" is not a cluster: apply the layer cluster, and pass its outputs."
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
  description = "Who reads a private repository: TF_VAR_credentials='{\"user\": \"git\", \"token\": \"...\"}'. They are in the state; `secret` avoids that."
  type = object({
    user  = string
    token = string
  })
  default   = null
  sensitive = true
}

variable "secret" {
  description = "Instead of it: a Secret of the namespace flux-system that somebody makes in the cluster."
  type        = string
  default     = null
}

variable "ca_certificate" {
  description = "The authority (PEM) of a server of Git whose certificate nobody else knows."
  type        = string
  default     = null
}

variable "extension_version" {
  description = "The version of the extension microsoft.flux. Null: the newest."
  type        = string
  default     = null
}
