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
  description = "The cache's name, which nobody else in the region may have."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,58}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "name \"${var.name}\" cannot be a cache's: it wants 3 to 60 lower-case letters, digits and single hyphens, the first a letter, the last no hyphen."
  }
}

variable "subnet_id" {
  description = "The subnet of private endpoints: the output `endpoint_subnet_id` of modules/azure/network."
  type        = string

  validation {
    condition     = can(regex("/virtualNetworks/[^/]+/subnets/[^/]+$", var.subnet_id))
    error_message = "subnet_id \"${var.subnet_id}\" is not a subnet: take the output `endpoint_subnet_id` of modules/azure/network."
  }
}

variable "dns_zone_id" {
  description = "The private DNS zone that its name is written to: `dns_zone_ids.cache` of modules/azure/network."
  type        = string

  validation {
    condition     = can(regex("/privateDnsZones/privatelink\\.redis\\.azure\\.net$", var.dns_zone_id))
    error_message = "dns_zone_id \"${var.dns_zone_id}\" is not the zone privatelink.redis.azure.net: take `dns_zone_ids.cache` of modules/azure/network."
  }
}

variable "sku_name" {
  description = "What it is: Balanced_B0 (0.5 GB) to Balanced_B20 (24 GB). Argosy keeps little in it: a live tail and counters."
  type        = string
  default     = "Balanced_B0"

  # Larger ones are shards of a cluster, which the API's client does not know.
  validation {
    condition     = contains(["Balanced_B0", "Balanced_B1", "Balanced_B3", "Balanced_B5", "Balanced_B10", "Balanced_B20"], var.sku_name)
    error_message = "sku_name \"${var.sku_name}\" is none that can be one database: it wants Balanced_B0, B1, B3, B5, B10 or B20."
  }
}

variable "replicated" {
  description = "Whether there is a second node, in another zone, that takes over when the first is lost. It cannot be changed later: another value makes another cache."
  type        = bool
  default     = true
}

variable "vault_id" {
  description = "The Key Vault that the connection URL is written to: the output `vault_id` of modules/azure/secrets."
  type        = string

  validation {
    condition     = can(regex("/Microsoft.KeyVault/vaults/[^/]+$", var.vault_id))
    error_message = "vault_id \"${var.vault_id}\" is not a Key Vault: take the output `vault_id` of modules/azure/secrets."
  }
}

variable "key_version" {
  description = "Another number writes the key that Azure has now into the vault: raise it after `az redisenterprise database regenerate-key`."
  type        = number
  default     = 1

  validation {
    condition     = var.key_version >= 1 && floor(var.key_version) == var.key_version
    error_message = "key_version is ${var.key_version}: it wants a whole number from 1."
  }
}
