variable "project" {
  description = "What the names begin with."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project \"${var.project}\" is not a name: it wants 2 to 12 lower-case letters and digits, the first a letter, such as argosy."
  }
}

variable "environment" {
  description = "The environment: a folder of terraform/environments without its cloud."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment \"${var.environment}\" is not a name: it wants 2 to 10 lower-case letters and digits, the first a letter, such as dev or prod."
  }
}

variable "owner" {
  description = "Who answers for it: an address or a team."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9@._ +-]{2,64}$", var.owner))
    error_message = "owner \"${var.owner}\" cannot be a tag: it wants 2 to 64 letters, digits, spaces and @._+-, such as platform@example.com."
  }
}

variable "repository" {
  description = "The repository that describes it, and that its cluster follows."
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

variable "location" {
  description = "The region, as `az account list-locations` names it. prod wants one with three zones."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{4,30}[0-9]?$", var.location))
    error_message = "location \"${var.location}\" is not the name of a region: write it in lower case and without spaces, such as westeurope."
  }
}

variable "network" {
  description = "What the layer network put out."
  type = object({
    zones          = list(string)
    node_subnet_id = string
    cluster_cidrs  = object({ pods = string, services = string })
  })

  validation {
    condition     = var.environment != "prod" || length(var.network.zones) == 3
    error_message = "network.zones is ${jsonencode(var.network.zones)} for prod: prod spans 3. Write zones = 3 in the layer network."
  }
}

variable "data" {
  description = "What the layer data put out. Null: it is not applied, as where an overlay has servers and secrets of its own."
  type = object({
    vault_id = string
  })
  default = null

  validation {
    condition     = var.data == null ? true : can(regex("/Microsoft.KeyVault/vaults/[^/]+$", var.data.vault_id))
    error_message = "data.vault_id is not a Key Vault: apply the layer data, and pass its outputs."
  }
  validation {
    condition     = var.environment != "prod" || var.data != null
    error_message = "data is missing for prod, whose secrets are in the vault of the layer data: apply that first."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes' minor version, such as 1.34."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version \"${var.kubernetes_version}\" is not a minor version: write it as 1.34, without a patch."
  }
}

variable "sku_tier" {
  description = "Free, Standard or Premium."
  type        = string

  validation {
    condition     = contains(["Free", "Standard", "Premium"], var.sku_tier)
    error_message = "sku_tier is \"${var.sku_tier}\": it wants Free, Standard or Premium."
  }
  validation {
    condition     = var.environment != "prod" || var.sku_tier != "Free"
    error_message = "sku_tier is Free for prod: nobody promises that its API server outlives a zone. Write sku_tier = \"Standard\"."
  }
}

variable "private" {
  description = "Whether the API server has an address in the environment's network alone."
  type        = bool
  default     = false
}

variable "operator_cidrs" {
  description = "Public networks that people reach the API server from; 0.0.0.0/0 is everywhere."
  type        = set(string)

  validation {
    condition     = var.private || length(var.operator_cidrs) > 0
    error_message = "operator_cidrs is empty, and AKS would let everybody try: name the networks of operators, write [\"0.0.0.0/0\"] if everywhere is meant, or set private = true."
  }
}

variable "admin_group_object_ids" {
  description = "Groups of Entra ID that administer the cluster."
  type        = set(string)

  validation {
    condition     = length(var.admin_group_object_ids) > 0 && alltrue([for id in var.admin_group_object_ids : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "admin_group_object_ids is ${jsonencode(var.admin_group_object_ids)}: it wants at least one group's object id, such as `az ad group show --group NAME --query id` prints. Without one nobody could enter."
  }
}

variable "system_pool" {
  description = "Nodes of the cluster's own programs, and of everything where `pools` is empty."
  type = object({
    vm_size = string
    least   = number
    most    = number
    disk    = optional(number, 64)
  })

  validation {
    condition     = var.environment != "prod" || var.system_pool.least >= 3
    error_message = "system_pool.least is ${var.system_pool.least} for prod: a node in each of three zones wants 3."
  }
}

variable "pools" {
  description = "More nodes by name."
  type = map(object({
    vm_size = string
    least   = number
    most    = number
    disk    = optional(number, 64)
    spot    = optional(bool, false)
  }))
  default = {}
}

variable "node_provisioning" {
  description = "Whether AKS chooses nodes by itself, rather than filling pools."
  type        = bool
  default     = false
}

variable "host_encryption" {
  description = "Whether hosts encrypt caches and temporary disks, too."
  type        = bool
  default     = true
}

variable "maintenance" {
  description = "When AKS may patch Kubernetes and renew nodes (UTC)."
  type = object({
    day   = optional(string, "Sunday")
    hour  = optional(number, 2)
    hours = optional(number, 4)
  })
  default = {}
}

variable "log_days" {
  description = "How many days the control plane's logs are kept."
  type        = number
  default     = 30
}

variable "log_gib_a_day" {
  description = "How much of them a day at most; -1 is without a bound."
  type        = number
  default     = 5
}

variable "registry_id" {
  description = "The registry that nodes pull from: the output `registry_id` of bootstrap/azure."
  type        = string

  validation {
    condition     = can(regex("/Microsoft.ContainerRegistry/registries/[a-zA-Z0-9]+$", var.registry_id))
    error_message = "registry_id \"${var.registry_id}\" is not a registry: `terraform -chdir=terraform/bootstrap/azure output registry_id` prints it."
  }
}
