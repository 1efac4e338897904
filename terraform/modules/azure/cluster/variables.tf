variable "prefix" {
  description = "What every name begins with, from modules/naming: `argosy-prod`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.prefix))
    error_message = "prefix \"${var.prefix}\" wants 3 to 24 lower-case letters, digits and hyphens: take the output `prefix` of modules/naming."
  }
}

variable "resource_group_name" {
  description = "The resource group of the environment, which bootstrap/azure makes."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_().-]{1,89}[A-Za-z0-9_()-]$", var.resource_group_name))
    error_message = "resource_group_name \"${var.resource_group_name}\" is not the name of a resource group: it wants 2 to 90 letters, digits and _().-, such as argosy-prod."
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

variable "tags" {
  description = "Tags of everything: the output `tags` of modules/naming."
  type        = map(string)

  validation {
    condition     = alltrue([for name in ["project", "environment", "owner", "managed-by"] : contains(keys(var.tags), name)])
    error_message = "tags lacks ${join(", ", setsubtract(["project", "environment", "owner", "managed-by"], keys(var.tags)))}: take the output `tags` of modules/naming."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes' minor version; AKS brings its patches by itself. It goes up by one minor at a time, and never down."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version \"${var.kubernetes_version}\" is not a minor version: write it as 1.34, without a patch."
  }
}

variable "zones" {
  description = "Zones that nodes are in."
  type        = list(string)

  validation {
    condition     = length(var.zones) > 0 && alltrue([for zone in var.zones : contains(["1", "2", "3"], zone)]) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones is ${jsonencode(var.zones)}: it wants one to three of \"1\", \"2\" and \"3\", each once."
  }
}

variable "sku_tier" {
  description = "Free, without a promise; Standard, whose API server is promised to be there 99.95 % of the time over zones; Premium, with support for two years of a version."
  type        = string
  default     = "Standard"

  validation {
    condition     = contains(["Free", "Standard", "Premium"], var.sku_tier)
    error_message = "sku_tier is \"${var.sku_tier}\": it wants Free, Standard or Premium."
  }
}

variable "node_subnet_id" {
  description = "The subnet of nodes: the output `node_subnet_id` of modules/azure/network."
  type        = string

  validation {
    condition     = can(regex("/virtualNetworks/[^/]+/subnets/[^/]+$", var.node_subnet_id))
    error_message = "node_subnet_id \"${var.node_subnet_id}\" is not a subnet: take the output `node_subnet_id` of modules/azure/network."
  }
}

variable "cluster_cidrs" {
  description = "Addresses of pods and services: the output `cluster_cidrs` of modules/azure/network, whose security groups know them."
  type = object({
    pods     = string
    services = string
  })

  validation {
    condition     = alltrue([for network in values(var.cluster_cidrs) : can(cidrhost(network, 10))])
    error_message = "cluster_cidrs wants two networks: take the output `cluster_cidrs` of modules/azure/network."
  }
}

variable "private" {
  description = "Whether the API server has an address in the environment's network alone. It cannot be changed later: another value makes another cluster."
  type        = bool
  default     = false
}

variable "operator_cidrs" {
  description = "Public networks that people and Terraform reach the API server from. 0.0.0.0/0 is everywhere; then Entra ID alone guards it."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for network in var.operator_cidrs : can(cidrhost(network, 0)) && !can(regex("^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.)", network))])
    error_message = "operator_cidrs is ${jsonencode(var.operator_cidrs)}: it wants public networks such as 203.0.113.0/24, or 0.0.0.0/0 for everywhere. A private address is not seen outside."
  }
  # AKS takes no networks for everywhere.
  validation {
    condition     = var.private || length(var.operator_cidrs) > 0
    error_message = "operator_cidrs is empty, and AKS would let everybody try: name the networks of operators, write [\"0.0.0.0/0\"] if everywhere is meant, or set private = true."
  }
}

variable "admin_group_object_ids" {
  description = "Groups of Entra ID that administer the cluster. Local accounts are off, so without one nobody could enter."
  type        = set(string)

  validation {
    condition     = length(var.admin_group_object_ids) > 0 && alltrue([for id in var.admin_group_object_ids : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "admin_group_object_ids is ${jsonencode(var.admin_group_object_ids)}: it wants at least one group's object id, such as `az ad group show --group NAME --query id` prints."
  }
}

variable "system_pool" {
  description = "Nodes of the cluster's own programs, and of everything where `pools` is empty: their size, and how few and many."
  type = object({
    vm_size = string
    least   = number
    most    = number
    disk    = optional(number, 64)
  })

  validation {
    condition     = can(regex("^Standard_[A-Z][A-Za-z0-9_]{1,30}$", var.system_pool.vm_size))
    error_message = "system_pool.vm_size is \"${var.system_pool.vm_size}\": it wants a size such as Standard_D2ds_v5."
  }
  validation {
    condition     = var.system_pool.least >= 1 && var.system_pool.least <= var.system_pool.most && var.system_pool.most <= 100
    error_message = "system_pool is of ${var.system_pool.least} to ${var.system_pool.most} nodes: it wants 1 to 100, the least not above the most."
  }
  validation {
    condition     = var.system_pool.disk >= 30 && var.system_pool.disk <= 2048
    error_message = "system_pool.disk is ${var.system_pool.disk} GiB: it wants 30 to 2048."
  }
}

variable "pools" {
  description = "More nodes by name, for everything but the cluster's own programs: size, how few and many, and whether they may be taken away at any time (spot), which is cheap."
  type = map(object({
    vm_size = string
    least   = number
    most    = number
    disk    = optional(number, 64)
    spot    = optional(bool, false)
  }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.pools) : can(regex("^[a-z][a-z0-9]{0,11}$", name)) && name != "system"])
    error_message = "pools has the names ${join(", ", keys(var.pools))}: each wants 1 to 12 lower-case letters and digits, the first a letter, and not system."
  }
  validation {
    condition     = alltrue([for pool in values(var.pools) : can(regex("^Standard_[A-Z][A-Za-z0-9_]{1,30}$", pool.vm_size)) && pool.least >= 0 && pool.least <= pool.most && pool.most <= 1000 && pool.disk >= 30 && pool.disk <= 2048])
    error_message = "pools wants of each a vm_size such as Standard_D4ds_v5, 0 to 1000 nodes, the least not above the most, and a disk of 30 to 2048 GiB."
  }
  validation {
    condition     = length(var.pools) == 0 || !var.node_provisioning
    error_message = "pools is not empty, and node_provisioning is on: AKS cannot have both, since it then chooses nodes by itself. Leave pools out, or node_provisioning off."
  }
}

variable "node_provisioning" {
  description = "Whether AKS chooses sizes and numbers of nodes by what pods ask for (Karpenter), rather than filling pools."
  type        = bool
  default     = false
}

variable "host_encryption" {
  description = "Whether caches and temporary disks are encrypted on the host, too, as all disks are where they are kept. The subscription wants the feature Microsoft.Compute/EncryptionAtHost."
  type        = bool
  default     = true
}

variable "maintenance" {
  description = "When AKS may patch Kubernetes and renew nodes: a day, an hour (UTC), and for how many hours."
  type = object({
    day   = optional(string, "Sunday")
    hour  = optional(number, 2)
    hours = optional(number, 4)
  })
  default = {}

  validation {
    condition     = contains(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], var.maintenance.day) && contains(range(24), var.maintenance.hour) && var.maintenance.hours >= 4 && var.maintenance.hours <= 24
    error_message = "maintenance is ${var.maintenance.day}, ${var.maintenance.hour} o'clock, ${var.maintenance.hours} hours: it wants a day such as Sunday, an hour from 0 to 23, and 4 to 24 hours."
  }
}

variable "log_days" {
  description = "How many days the control plane's logs are kept: 30 to 730."
  type        = number
  default     = 30

  validation {
    condition     = var.log_days >= 30 && var.log_days <= 730 && floor(var.log_days) == var.log_days
    error_message = "log_days is ${var.log_days}: Log Analytics keeps 30 to 730 days."
  }
}

variable "log_gib_a_day" {
  description = "How much of them a day at most, so that a loop costs no fortune; what is above is lost. -1 is without a bound."
  type        = number
  default     = 5

  validation {
    condition     = var.log_gib_a_day == -1 || var.log_gib_a_day >= 0.023
    error_message = "log_gib_a_day is ${var.log_gib_a_day}: it wants 0.023 or more, or -1 for no bound."
  }
}

variable "registry_id" {
  description = "The registry that nodes pull from: the output `registry_id` of bootstrap/azure."
  type        = string

  validation {
    condition     = can(regex("/Microsoft.ContainerRegistry/registries/[a-zA-Z0-9]+$", var.registry_id))
    error_message = "registry_id \"${var.registry_id}\" is not a registry: take the output `registry_id` of bootstrap/azure."
  }
}

variable "vault_id" {
  description = "The Key Vault that External Secrets reads, and no other: the output `vault_id` of modules/azure/secrets. Null: there is none, as where secrets are made in the cluster."
  type        = string
  default     = null

  validation {
    condition     = var.vault_id == null ? true : can(regex("/Microsoft.KeyVault/vaults/[^/]+$", var.vault_id))
    error_message = "vault_id \"${coalesce(var.vault_id, " ")}\" is not a Key Vault: take the output `vault_id` of modules/azure/secrets."
  }
}

variable "secrets_service_account" {
  description = "The service account of the cluster that may read the vault, as namespace:name. It is External Secrets'."
  type        = string
  default     = "external-secrets:external-secrets"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.secrets_service_account))
    error_message = "secrets_service_account \"${var.secrets_service_account}\" is not namespace:name, such as external-secrets:external-secrets."
  }
}
