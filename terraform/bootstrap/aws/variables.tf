variable "project" {
  description = "What every name begins with. The roles may touch nothing whose name begins with anything else."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project \"${var.project}\" is not a name: it wants 2 to 12 lower-case letters and digits, the first a letter, such as argosy."
  }
}

variable "owner" {
  description = "Who answers for it: an address or a team."
  type        = string
}

variable "repository" {
  description = "The repository that describes it."
  type        = string
  default     = "https://github.com/argosy/argosy"
}

variable "region" {
  description = "The region of AWS, which the roles are confined to."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region \"${var.region}\" is not a region, such as eu-central-1."
  }
}

variable "state_bucket" {
  description = "The bucket of all states; no other account in the world can have the name. Empty: PROJECT-state-ACCOUNT."
  type        = string
  default     = ""

  validation {
    condition     = var.state_bucket == "" || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket \"${var.state_bucket}\" is no bucket's name: 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "github" {
  description = "GitHub Actions: `owner/name`. Its branch `main` applies and pushes, its pull requests plan."
  type        = string
  default     = null

  validation {
    condition     = var.github == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github))
    error_message = "github \"${coalesce(var.github, "-")}\" is not a repository, such as you/argosy."
  }
}

variable "gitlab" {
  description = "GitLab: the project's path, and the host where it is not gitlab.com."
  type = object({
    project = string
    host    = optional(string, "gitlab.com")
  })
  default = null

  validation {
    condition     = var.gitlab == null ? true : can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$", var.gitlab.project)) && can(regex("^[a-z0-9.-]+$", var.gitlab.host))
    error_message = "gitlab wants project as group/name and host as gitlab.com."
  }
}

variable "bitbucket" {
  description = "Bitbucket Pipelines: the workspace's name and UUID, and the repository's UUID, as Repository settings, OpenID Connect shows them. It tells no branch, so that a deployment environment, whose permissions name branches, has to be given."
  type = object({
    workspace        = string
    workspace_uuid   = string
    repository_uuid  = string
    environment_uuid = string
  })
  default = null

  validation {
    condition = var.bitbucket == null ? true : alltrue([for uuid in [var.bitbucket.workspace_uuid, var.bitbucket.repository_uuid, var.bitbucket.environment_uuid] :
      can(regex("^\\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\}?$", uuid))
    ])
    error_message = "bitbucket wants UUIDs of workspace, repository and environment, such as {0b1c2d3e-0000-0000-0000-000000000000}."
  }
}

variable "azure_pipelines" {
  description = "Azure Pipelines: the organisation's id, and the service connection that applies, as `sc://ORGANISATION/PROJECT/CONNECTION`."
  type = object({
    organisation_id = string
    connection      = string
  })
  default = null

  validation {
    condition     = var.azure_pipelines == null ? true : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.azure_pipelines.organisation_id)) && can(regex("^sc://[^/]+/[^/]+/[^/]+$", var.azure_pipelines.connection))
    error_message = "azure_pipelines wants the organisation's id, a UUID, and the connection as sc://organisation/project/connection."
  }
}

variable "images" {
  description = "Images that the registry keeps: the services of argosy.toml."
  type        = set(string)
  default     = ["api", "ingest", "simulator", "webapp", "argosy"]
}

variable "charts" {
  description = "Helm charts that the registry keeps."
  type        = set(string)
  default     = ["api", "ingest", "simulator", "webapp"]
}

variable "protected" {
  description = "Whether state and images refuse to be deleted."
  type        = bool
  default     = true
}
