variable "project" {
  description = "The folder of the registry that images and charts are in: `argosy`. All environments take from it, so that what was tried in one is what runs in the next."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project \"${var.project}\" is not a name: it wants 2 to 12 lower-case letters and digits, the first a letter, such as argosy."
  }
}

variable "images" {
  description = "Images by name: the services of argosy.toml."
  type        = set(string)

  validation {
    condition     = length(var.images) > 0 && alltrue([for name in var.images : can(regex("^[a-z0-9][a-z0-9-]{0,62}$", name))])
    error_message = "images is ${jsonencode(var.images)}: it wants at least one name of lower-case letters, digits and hyphens, such as api."
  }
}

variable "charts" {
  description = "Helm charts by name, kept below charts/."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.charts : can(regex("^[a-z0-9][a-z0-9-]{0,62}$", name))])
    error_message = "charts is ${jsonencode(var.charts)}: it wants names of lower-case letters, digits and hyphens, such as api."
  }
}

variable "untagged_days" {
  description = "After how many days an image without a tag goes: what a build left. Tagged ones stay, since a rollback may name any of them."
  type        = number
  default     = 14

  validation {
    condition     = var.untagged_days >= 1 && var.untagged_days <= 365
    error_message = "untagged_days is ${var.untagged_days}: it wants 1 to 365."
  }
}

variable "protected" {
  description = "Whether a repository that holds images refuses to be deleted."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "The key that it is encrypted with."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn \"${var.kms_key_arn}\" is not a key's ARN."
  }
}
