variable "prefix" {
  description = "What every name begins with, from modules/naming: `argosy-prod`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.prefix))
    error_message = "prefix \"${var.prefix}\" wants 3 to 24 lower-case letters, digits and hyphens: take the output `prefix` of modules/naming."
  }
}

variable "deletion_days" {
  description = "For how many days a key that was deleted can be had back: 7 to 30. What it encrypted cannot be read without it."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_days >= 7 && var.deletion_days <= 30
    error_message = "deletion_days is ${var.deletion_days}: KMS waits 7 to 30 days."
  }
}
