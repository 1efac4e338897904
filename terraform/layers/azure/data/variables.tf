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
  # The vault's name has both, and five letters more.
  validation {
    condition     = length(var.project) + length(var.environment) <= 18
    error_message = "environment \"${var.environment}\" and project \"${var.project}\" have ${length(var.project) + length(var.environment)} letters together: a Key Vault's name lets them have 18. Shorten one."
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
    zones              = list(string)
    endpoint_subnet_id = string
    database_subnet_id = string
    dns_zone_ids       = map(string)
  })

  validation {
    condition     = alltrue([for kind in ["database", "cache", "vault"] : contains(keys(var.network.dns_zone_ids), kind)])
    error_message = "network.dns_zone_ids lacks ${join(", ", setsubtract(["database", "cache", "vault"], keys(var.network.dns_zone_ids)))}: apply the layer network, and pass its outputs."
  }
  validation {
    condition     = var.environment != "prod" || length(var.network.zones) == 3
    error_message = "network.zones is ${jsonencode(var.network.zones)} for prod: prod spans 3. Write zones = 3 in the layer network."
  }
}

variable "database" {
  description = "PostgreSQL: version, size, storage, days of backup: modules/azure/database says what may be."
  type = object({
    engine_version   = optional(string, "17")
    sku_name         = string
    storage_gib      = number
    backup_days      = optional(number, 14)
    geo_backup       = optional(bool, false)
    password_version = optional(number, 1)
  })

  validation {
    condition     = var.environment != "prod" || !startswith(var.database.sku_name, "B_")
    error_message = "database.sku_name is ${var.database.sku_name} for prod: a burstable server has no standby. Take one such as GP_Standard_D2ds_v5."
  }
}

variable "cache" {
  description = "Redis: size, and whether it has a second node. Null: none; each replica of the API then has a live tail and rate limits of its own."
  type = object({
    sku_name    = optional(string, "Balanced_B0")
    replicated  = optional(bool, true)
    key_version = optional(number, 1)
  })
  default = null

  validation {
    condition     = var.environment != "prod" || try(var.cache.replicated, false)
    error_message = "cache is ${var.cache == null ? "none" : "of one node"} for prod: the loss of a zone would take it away. Write cache = { replicated = true }."
  }
}

variable "protected" {
  description = "Whether database and vault are held against deletion."
  type        = bool

  validation {
    condition     = var.environment != "prod" || var.protected
    error_message = "protected is false for prod: who deletes the database deletes its backups. Write protected = true."
  }
}

variable "operator_cidrs" {
  description = "Public networks that Terraform and people reach the vault from; 0.0.0.0/0 is everywhere."
  type        = set(string)

  validation {
    condition     = length(var.operator_cidrs) > 0
    error_message = "operator_cidrs is empty: this layer writes secrets to the vault, so it has to reach it. Name the network that Terraform runs in, such as 203.0.113.0/24, or 0.0.0.0/0 for everywhere."
  }
}

variable "entra_administrators" {
  description = "Who may administer the database without a password, by name."
  type = map(object({
    object_id = string
    type      = optional(string, "Group")
  }))
  default = {}
}

variable "secrets_version" {
  description = "Another number makes Argosy's own secrets anew."
  type        = number
  default     = 1
}
