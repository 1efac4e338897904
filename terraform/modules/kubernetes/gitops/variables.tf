variable "kubeconfig" {
  description = "How the cluster is reached: a file, or the text of one that holds no secret, such as one that asks a cloud's program for a token. Neither is kept but in the machine's own state."
  type = object({
    path    = optional(string)
    content = optional(string)
    context = optional(string)
  })

  validation {
    condition     = (var.kubeconfig.path == null) != (var.kubeconfig.content == null)
    error_message = "kubeconfig wants a path or a content, and not both."
  }
  validation {
    condition     = var.kubeconfig.path == null ? true : try(fileexists(pathexpand(var.kubeconfig.path)), false)
    error_message = "kubeconfig.path \"${coalesce(var.kubeconfig.path, "-")}\" is not a file: name the one that `kubectl` uses."
  }
  # State is no place for keys.
  validation {
    condition     = var.kubeconfig.content == null ? true : !can(regex("client-key-data|token:|password:", var.kubeconfig.content))
    error_message = "kubeconfig.content holds a key, a token or a password, which would stand in the state: give a path, or a kubeconfig with `exec`."
  }
}

variable "environment" {
  description = "The environment: a folder of kustomize/overlays and of gitops/RECONCILER."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.environment))
    error_message = "environment \"${var.environment}\" is not a name of a folder in kustomize/overlays, such as local, dev or prod."
  }
}

variable "repository" {
  description = "The repository that the cluster follows."
  type        = string

  validation {
    condition     = can(regex("^(https?|ssh|git)://[^ @]+$", var.repository)) || can(regex("^ssh://[a-z]+@[^ ]+$", var.repository))
    error_message = "repository \"${var.repository}\" is not an address without a password in it, such as https://github.com/you/argosy.git."
  }
}

variable "revision" {
  description = "Its branch or tag."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$", var.revision))
    error_message = "revision \"${var.revision}\" is not a branch or tag, such as main."
  }
}

variable "reconciler" {
  description = "`argocd` or `flux`."
  type        = string
  default     = "argocd"

  validation {
    condition     = contains(["argocd", "flux"], var.reconciler)
    error_message = "reconciler is \"${var.reconciler}\": it wants argocd or flux."
  }
}

variable "manifest" {
  description = "A file with the reconciler's own manifest, where GitHub cannot be reached. Empty: the version that gitops/RECONCILER/install names."
  type        = string
  default     = ""

  validation {
    condition     = var.manifest == "" || try(fileexists(pathexpand(var.manifest)), false)
    error_message = "manifest \"${var.manifest}\" is not a file."
  }
}

variable "credentials" {
  description = "How the reconciler reads a private repository: a GitHub App that may read its contents. It is given to the cluster and kept nowhere else, neither in a plan nor in the state; set it by TF_VAR_credentials. Another `credentials_version` sends it again."
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

  validation {
    condition     = var.credentials_version >= 1 && floor(var.credentials_version) == var.credentials_version
    error_message = "credentials_version is ${var.credentials_version}: it wants a whole number from 1."
  }
}

variable "facts" {
  description = "What the cluster is, such as its cloud, region and account: labels of the cluster's Secret in Argo CD, which an ApplicationSet may choose by."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([for name, value in var.facts :
      can(regex("^[a-z][a-z0-9-]{0,40}$", name)) && can(regex("^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$", value))
    ])
    error_message = "facts has what no label can be: ${join(", ", [for name, value in var.facts : "${name} = \"${value}\"" if !(can(regex("^[a-z][a-z0-9-]{0,40}$", name)) && can(regex("^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$", value)))])}. A value is 1 to 63 letters, digits, dots, hyphens and underscores."
  }
}

variable "timeout" {
  description = "For how many seconds it is waited until what Git has runs, or until all of it is gone."
  type        = number
  default     = 900

  validation {
    condition     = var.timeout >= 60 && var.timeout <= 3600
    error_message = "timeout is ${var.timeout}: it wants 60 to 3,600 seconds."
  }
}

variable "protected" {
  description = "Whether a destroy is refused, since it takes the environment off the cluster with all it holds."
  type        = bool
  default     = true
}
