variable "project" {
  description = "What the names begin with."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project \"${var.project}\" is not a name: it wants 2 to 12 lower-case letters and digits, the first a letter, such as argosy."
  }
}

variable "owner" {
  description = "Who answers for it: an address or a team. It stands in every tag."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9@._ +-]{2,64}$", var.owner))
    error_message = "owner \"${var.owner}\" cannot be a tag: it wants 2 to 64 letters, digits, spaces and @._+-, such as platform@example.com."
  }
}

variable "repository" {
  description = "The repository that describes it."
  type        = string
  default     = "https://github.com/argosy/argosy"

  validation {
    condition     = can(regex("^https://[A-Za-z0-9./_-]{4,200}$", var.repository))
    error_message = "repository \"${var.repository}\" is not an https address, such as https://github.com/you/argosy."
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

variable "location" {
  description = "The region, as `az account list-locations` names it."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{4,30}[0-9]?$", var.location))
    error_message = "location \"${var.location}\" is not the name of a region: write it in lower case and without spaces, such as westeurope."
  }
}

variable "environments" {
  description = "The environments of this subscription. Each gets a resource group, a container for its states, and identities that may plan and apply it and nothing else."
  type        = set(string)
  default     = ["dev", "prod"]

  validation {
    condition     = length(var.environments) > 0 && alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9]{1,9}$", name)) && length(var.project) + length(name) <= 18])
    error_message = "environments is ${jsonencode(var.environments)}: it wants at least one, each of 2 to 10 lower-case letters and digits, and together with project \"${var.project}\" of at most 18, which a Key Vault's name allows."
  }
}

variable "operators" {
  description = "Groups (or users) of Entra ID that apply by hand, by name: their object id, and the environments that they may apply. They get the role of an apply."
  type = map(object({
    object_id    = string
    type         = optional(string, "Group")
    environments = set(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for operator in values(var.operators) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", operator.object_id)) && contains(["Group", "User"], operator.type)])
    error_message = "operators wants of each an object_id, such as `az ad group show --group NAME --query id` prints, and a type of Group or User."
  }
  validation {
    condition     = alltrue([for operator in values(var.operators) : length(setsubtract(operator.environments, var.environments)) == 0])
    error_message = "operators names the environments ${join(", ", distinct(flatten([for operator in values(var.operators) : setsubtract(operator.environments, var.environments)])))}, which are not in environments: ${join(", ", var.environments)}."
  }
  # Without either nobody could apply anything afterwards.
  validation {
    condition     = length(var.operators) > 0 || var.github != null || var.gitlab != null || var.azure_pipelines != null || length(var.others) > 0
    error_message = "operators is empty, and no CI system is named: nobody would have the role to apply a layer. Name a group, or set github, gitlab, azure_pipelines or others."
  }
}

variable "github" {
  description = "GitHub Actions: `owner/name`. Its environments `<environment>` apply and `<environment>-plan` plan, its branch main and the environment `release` push, its pull requests pull. Who may run in an environment is GitHub's rule: protect them."
  type        = string
  default     = null

  validation {
    condition     = var.github == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github))
    error_message = "github \"${coalesce(var.github, "-")}\" is not a repository, such as you/argosy."
  }
}

variable "gitlab" {
  description = "GitLab: the project's path, its branch, and the host where it is not gitlab.com. A token says the branch alone, so that branch does all, and has to be protected."
  type = object({
    project = string
    branch  = optional(string, "main")
    host    = optional(string, "gitlab.com")
  })
  default = null

  validation {
    condition     = var.gitlab == null ? true : can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$", var.gitlab.project)) && can(regex("^[A-Za-z0-9._/-]+$", var.gitlab.branch)) && can(regex("^[a-z0-9.-]+$", var.gitlab.host))
    error_message = "gitlab wants project as group/name, branch as main and host as gitlab.com."
  }
}

variable "azure_pipelines" {
  description = "Azure Pipelines: the organisation, its id, and the project. Its service connections have the names of the identities: argosy-push, argosy-pull, argosy-dev-plan, argosy-dev-apply and so on."
  type = object({
    organisation    = string
    organisation_id = string
    project         = string
  })
  default = null

  validation {
    condition     = var.azure_pipelines == null ? true : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.azure_pipelines.organisation_id)) && can(regex("^[A-Za-z0-9-]+$", var.azure_pipelines.organisation)) && can(regex("^[^/]+$", var.azure_pipelines.project))
    error_message = "azure_pipelines wants organisation as in dev.azure.com/ORGANISATION, organisation_id as a UUID, and the project's name."
  }
}

# Entra ID compares the whole subject of a token, and Bitbucket's ends in the id of the step, which is another each time: README.md says what helps.
variable "others" {
  description = "More that sign in by tokens, by name: who issues them, for whom, and the identity that they get: `push`, `pull`, `<environment>-plan` or `<environment>-apply`. For a service that exchanges Bitbucket's tokens, and for service connections of Azure Pipelines whose issuer is Entra ID."
  type = map(object({
    identity = string
    issuer   = string
    subject  = string
    audience = optional(string, "api://AzureADTokenExchange")
  }))
  default = {}

  validation {
    condition = alltrue([for name, other in var.others :
      can(regex("^[a-z][a-z0-9-]{1,60}$", name)) && startswith(other.issuer, "https://") && length(other.subject) > 0 && !strcontains(other.subject, "*") &&
      contains(concat(["push", "pull"], flatten([for environment in var.environments : ["${environment}-plan", "${environment}-apply"]])), other.identity)
    ])
    error_message = "others wants of each an https issuer, a whole subject (Entra ID knows no *), and one of the identities push, pull, ${join(", ", flatten([for environment in var.environments : ["${environment}-plan", "${environment}-apply"]]))}."
  }
}

variable "state_replication" {
  description = "How often the states are kept: ZRS in three zones of the region, GZRS in its paired region, too."
  type        = string
  default     = "GZRS"

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS", "RAGRS", "RAGZRS"], var.state_replication)
    error_message = "state_replication is \"${var.state_replication}\": it wants LRS, ZRS, GRS, GZRS, RAGRS or RAGZRS."
  }
}

variable "state_cidrs" {
  description = "Public networks that Terraform reaches the states from. Empty: from everywhere, by a role alone, as runners of a CI system need it whose addresses nobody knows."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for network in var.state_cidrs : can(cidrhost(network, 0)) && !can(regex("/(31|32)$", network)) && !can(regex("^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.)", network))])
    error_message = "state_cidrs is ${jsonencode(var.state_cidrs)}: it wants public networks of /30 or larger, such as 203.0.113.0/24. Azure Storage takes no /31 and /32."
  }
}

variable "state_days" {
  description = "For how many days a state that was deleted or written over can be had back: 7 to 365."
  type        = number
  default     = 90

  validation {
    condition     = var.state_days >= 7 && var.state_days <= 365 && floor(var.state_days) == var.state_days
    error_message = "state_days is ${var.state_days}: it wants 7 to 365."
  }
}

variable "registry" {
  description = "The registry: its SKU, and after how many days it forgets manifests without a tag (Premium alone)."
  type = object({
    sku           = optional(string, "Basic")
    untagged_days = optional(number)
  })
  default = {}

  validation {
    condition     = contains(["Basic", "Standard", "Premium"], var.registry.sku) && (var.registry.untagged_days == null || var.registry.sku == "Premium")
    error_message = "registry.sku is \"${var.registry.sku}\": it wants Basic, Standard or Premium, and Premium where untagged_days is given."
  }
}

variable "protected" {
  description = "Whether states and registry are held against deletion by a lock, which an owner takes away."
  type        = bool
  default     = true
}
