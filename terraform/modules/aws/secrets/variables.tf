variable "folder" {
  description = "What the secrets' names begin with. The overlay prod asks for `argosy`; two environments of one account want two."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,23}$", var.folder))
    error_message = "folder \"${var.folder}\" is not a name: it wants 2 to 24 lower-case letters, digits and hyphens, such as argosy."
  }
}

variable "password_version" {
  description = "Another number makes every password and token anew. The seal key stays: what it sealed could not be read any more."
  type        = number
  default     = 1

  validation {
    condition     = var.password_version >= 1 && floor(var.password_version) == var.password_version
    error_message = "password_version is ${var.password_version}: it wants a whole number from 1."
  }
}

variable "recovery_days" {
  description = "For how many days a deleted secret can be had back: 7 to 30, or 0, which lets the name be taken again at once."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "recovery_days is ${var.recovery_days}: Secrets Manager takes 0, or 7 to 30."
  }
}

variable "kms_key_arn" {
  description = "The key that it is encrypted with."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn \"${var.kms_key_arn}\" is not a key's ARN."
  }
}
