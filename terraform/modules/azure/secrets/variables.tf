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
  description = "The vault's name, which nobody else in Azure may have."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "name \"${var.name}\" cannot be a vault's: it wants 3 to 24 lower-case letters, digits and single hyphens, the first a letter, the last no hyphen."
  }
}

variable "tenant_id" {
  description = "The tenant whose people and identities may enter."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "tenant_id \"${var.tenant_id}\" is not a tenant: `az account show --query tenantId` prints it."
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
  description = "The private DNS zone that its name is written to: `dns_zone_ids.vault` of modules/azure/network."
  type        = string

  validation {
    condition     = can(regex("/privateDnsZones/privatelink\\.vaultcore\\.azure\\.net$", var.dns_zone_id))
    error_message = "dns_zone_id \"${var.dns_zone_id}\" is not the zone privatelink.vaultcore.azure.net: take `dns_zone_ids.vault` of modules/azure/network."
  }
}

variable "operator_cidrs" {
  description = "Public networks that Terraform and people reach the vault from: an office, a runner's address. 0.0.0.0/0 is everywhere; then the role alone guards it. Empty: the environment's own network alone."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for network in var.operator_cidrs : can(cidrhost(network, 0)) && !can(regex("^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.)", network))])
    error_message = "operator_cidrs is ${jsonencode(var.operator_cidrs)}: it wants public networks such as 203.0.113.0/24, or 0.0.0.0/0 for everywhere. A private address is not seen outside."
  }
}

variable "protected" {
  description = "Whether what was deleted cannot be purged for 90 days. Once on it stays on. Off for what is thrown away."
  type        = bool
  default     = true
}

variable "secrets_version" {
  description = "Another number makes all of Argosy's own secrets anew: tokens, the first administrator's password. What was sealed with the old seal key can then be read no more."
  type        = number
  default     = 1

  validation {
    condition     = var.secrets_version >= 1 && floor(var.secrets_version) == var.secrets_version
    error_message = "secrets_version is ${var.secrets_version}: it wants a whole number from 1."
  }
}
