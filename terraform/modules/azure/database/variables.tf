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

variable "name" {
  description = "The server's name, which nobody else in Azure may have."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name \"${var.name}\" cannot be a server's: it wants 3 to 63 lower-case letters, digits and hyphens, the first a letter, the last no hyphen."
  }
}

variable "subnet_id" {
  description = "The subnet that is delegated to PostgreSQL: the output `database_subnet_id` of modules/azure/network."
  type        = string

  validation {
    condition     = can(regex("/virtualNetworks/[^/]+/subnets/[^/]+$", var.subnet_id))
    error_message = "subnet_id \"${var.subnet_id}\" is not a subnet: take the output `database_subnet_id` of modules/azure/network."
  }
}

variable "dns_zone_id" {
  description = "The private DNS zone that its name is written to: `dns_zone_ids.database` of modules/azure/network."
  type        = string

  validation {
    condition     = can(regex("/privateDnsZones/[^/]+\\.postgres\\.database\\.azure\\.com$", var.dns_zone_id))
    error_message = "dns_zone_id \"${var.dns_zone_id}\" is not a zone that ends in .postgres.database.azure.com: take `dns_zone_ids.database` of modules/azure/network."
  }
}

variable "engine_version" {
  description = "PostgreSQL's major version; Azure chooses the minor one. The next major one is reached as docs/upgrades.md says: a changed number upgrades in place, with a stop, and there is no way back."
  type        = string
  default     = "17"

  validation {
    condition     = contains(["15", "16", "17"], var.engine_version)
    error_message = "engine_version \"${var.engine_version}\" is not a version that Argosy is tested with: it wants 15, 16 or 17."
  }
}

variable "sku_name" {
  description = "What the server is: B_ (burstable, for dev), GP_ or MO_ and a size."
  type        = string
  default     = "GP_Standard_D2ds_v5"

  validation {
    condition     = can(regex("^(B|GP|MO)_Standard_[A-Z][A-Za-z0-9_]{1,20}$", var.sku_name))
    error_message = "sku_name \"${var.sku_name}\" is none: it wants one such as B_Standard_B1ms, GP_Standard_D2ds_v5 or MO_Standard_E4ds_v5."
  }
  validation {
    condition     = length(var.zones) < 2 || !startswith(var.sku_name, "B_")
    error_message = "sku_name \"${var.sku_name}\" is burstable, and Azure gives such a server no standby: take a GP_ or MO_ one, or one zone."
  }
}

variable "storage_gib" {
  description = "Storage to begin with. It grows by itself and never shrinks."
  type        = number
  default     = 128

  validation {
    condition     = contains([32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384], var.storage_gib)
    error_message = "storage_gib is ${var.storage_gib}: Azure has 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192 and 16384."
  }
}

variable "zones" {
  description = "Zones in the order of preference: the server is in the first, and with a second one its standby there."
  type        = list(string)

  validation {
    condition     = length(var.zones) > 0 && alltrue([for zone in var.zones : contains(["1", "2", "3"], zone)]) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones is ${jsonencode(var.zones)}: it wants one to three of \"1\", \"2\" and \"3\", each once."
  }
}

variable "backup_days" {
  description = "For how many days any second can be restored: 7 to 35."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 35 && floor(var.backup_days) == var.backup_days
    error_message = "backup_days is ${var.backup_days}: Azure keeps 7 to 35 days."
  }
}

variable "geo_backup" {
  description = "Whether backups are in the paired region, too. It cannot be changed later: another value makes another server."
  type        = bool
  default     = false
}

variable "protected" {
  description = "Whether it cannot be deleted: a lock, which the role of an apply may make and not take away. Off for what is thrown away."
  type        = bool
  default     = true
}

variable "maintenance_window" {
  description = "When Azure may restart it for patches: UTC, an hour from then on. Day 0 is Sunday."
  type = object({
    day  = optional(number, 0)
    hour = optional(number, 3)
  })
  default = {}

  validation {
    condition     = contains(range(7), var.maintenance_window.day) && contains(range(24), var.maintenance_window.hour)
    error_message = "maintenance_window is day ${var.maintenance_window.day}, hour ${var.maintenance_window.hour}: it wants a day from 0 (Sunday) to 6 and an hour from 0 to 23."
  }
}

variable "database" {
  description = "The database that is made in it, and the administrator's name."
  type = object({
    name = optional(string, "argosy")
    user = optional(string, "argosy")
  })
  default = {}

  validation {
    condition = alltrue([for name in [var.database.name, var.database.user] :
      can(regex("^[a-z][a-z0-9_]{0,30}$", name)) && !startswith(name, "pg_") && !contains(["azure_superuser", "azure_pg_admin", "azuresu", "azure_maintenance", "azure_sys", "postgres", "admin", "administrator", "root", "guest", "public"], name)
    ])
    error_message = "database wants names of 1 to 31 lower-case letters, digits and underscores, none of them reserved (postgres, admin, administrator, root, guest, public, azure_superuser, azure_pg_admin, azuresu, azure_maintenance, azure_sys, pg_...)."
  }
}

variable "entra_administrators" {
  description = "People, groups and identities of Entra ID who may administer it without a password, by name: `object_id` and `type` (User, Group or ServicePrincipal)."
  type = map(object({
    object_id = string
    type      = optional(string, "Group")
  }))
  default = {}

  validation {
    condition = alltrue([for administrator in values(var.entra_administrators) :
      can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", administrator.object_id)) && contains(["User", "Group", "ServicePrincipal"], administrator.type)
    ])
    error_message = "entra_administrators wants of each an object_id, such as `az ad group show --group NAME --query id` prints, and a type of User, Group or ServicePrincipal."
  }
}

variable "tenant_id" {
  description = "The tenant of `entra_administrators`."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "tenant_id \"${var.tenant_id}\" is not a tenant: `az account show --query tenantId` prints it."
  }
}

variable "vault_id" {
  description = "The Key Vault that the connection URL is written to: the output `vault_id` of modules/azure/secrets."
  type        = string

  validation {
    condition     = can(regex("/Microsoft.KeyVault/vaults/[^/]+$", var.vault_id))
    error_message = "vault_id \"${var.vault_id}\" is not a Key Vault: take the output `vault_id` of modules/azure/secrets."
  }
}

variable "password_version" {
  description = "Another number makes another password, in the server and in the vault at once. Also the repair where an apply ended between the two."
  type        = number
  default     = 1

  validation {
    condition     = var.password_version >= 1 && floor(var.password_version) == var.password_version
    error_message = "password_version is ${var.password_version}: it wants a whole number from 1."
  }
}
