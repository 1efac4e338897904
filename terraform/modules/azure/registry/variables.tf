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
  description = "The registry's name, which nobody else in Azure may have: the first part of NAME.azurecr.io."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{4,49}$", var.name))
    error_message = "name \"${var.name}\" cannot be a registry's: it wants 5 to 50 lower-case letters and digits, the first a letter, and no hyphen."
  }
}

variable "sku" {
  description = "Basic (10 GiB), Standard (100 GiB) or Premium (500 GiB). Premium alone forgets untagged manifests by itself and is promised to outlive a zone."
  type        = string
  default     = "Premium"

  validation {
    condition     = contains(["Basic", "Standard", "Premium"], var.sku)
    error_message = "sku is \"${var.sku}\": it wants Basic, Standard or Premium."
  }
}

variable "untagged_days" {
  description = "After how many days a manifest that no tag names is deleted. Null: never. What a cluster runs by digest has a tag as long as `docs/delivery.md` is followed."
  type        = number
  default     = null

  validation {
    condition     = var.untagged_days == null ? true : var.untagged_days >= 1 && var.untagged_days <= 365 && floor(var.untagged_days) == var.untagged_days
    error_message = "untagged_days is ${coalesce(var.untagged_days, 0)}: it wants 1 to 365, or null for never."
  }
  validation {
    condition     = var.untagged_days == null || var.sku == "Premium"
    error_message = "untagged_days is ${coalesce(var.untagged_days, 0)} and sku ${var.sku}: Premium alone deletes manifests by itself. Take Premium, or leave untagged_days out."
  }
}

variable "pushers" {
  description = "Identities that may push and pull images and charts, by name: their principal ids."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for id in values(var.pushers) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "pushers wants principal ids, such as the attribute principal_id of an identity: ${join(", ", [for name, id in var.pushers : name if !can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])} has none."
  }
}

variable "pullers" {
  description = "Identities that may pull, by name: their principal ids. Clusters give themselves the right: modules/azure/cluster."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for id in values(var.pullers) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "pullers wants principal ids, such as the attribute principal_id of an identity: ${join(", ", [for name, id in var.pullers : name if !can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])} has none."
  }
}
