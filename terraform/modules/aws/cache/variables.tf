variable "prefix" {
  description = "What every name begins with, from modules/naming: `argosy-prod`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.prefix))
    error_message = "prefix \"${var.prefix}\" wants 3 to 24 lower-case letters, digits and hyphens: take the output `prefix` of modules/naming."
  }
}

variable "folder" {
  description = "What the secrets' names begin with. The overlay prod asks for `argosy`; two environments of one account want two."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,23}$", var.folder))
    error_message = "folder \"${var.folder}\" is not a name: it wants 2 to 24 lower-case letters, digits and hyphens, such as argosy."
  }
}

variable "vpc_id" {
  description = "The VPC that the cache is in."
  type        = string

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id \"${var.vpc_id}\" is not a VPC: take the output `vpc_id` of modules/aws/network."
  }
}

variable "subnet_ids" {
  description = "Subnets without a route out: the output `database_subnet_ids` of modules/aws/network."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 1
    error_message = "subnet_ids is empty: take the output `database_subnet_ids` of modules/aws/network."
  }
}

variable "client_cidrs" {
  description = "Networks whose programs may connect, by what they are: the private subnets of the cluster."
  type        = map(string)

  validation {
    condition     = alltrue([for network in values(var.client_cidrs) : can(cidrhost(network, 0)) && !endswith(network, "/0")])
    error_message = "client_cidrs wants networks such as 10.64.0.0/19, and not the whole internet."
  }
}

variable "engine_version" {
  description = "Valkey's version, major and minor."
  type        = string
  default     = "8.1"

  validation {
    condition     = can(regex("^(7\\.2|8\\.[0-9])$", var.engine_version))
    error_message = "engine_version \"${var.engine_version}\" is not a version of Valkey that Argosy is tested with: it wants 7.2 or 8.x, such as 8.1."
  }
}

variable "node_type" {
  description = "What each node is. Argosy keeps little in it: a live tail and counters."
  type        = string
  default     = "cache.t4g.small"

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.node_type))
    error_message = "node_type \"${var.node_type}\" is none: it wants one such as cache.t4g.small."
  }
}

variable "nodes" {
  description = "How many nodes, each in another zone: 1 to 6. With two or more, another takes over when the first is lost."
  type        = number
  default     = 2

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6 && floor(var.nodes) == var.nodes
    error_message = "nodes is ${var.nodes}: it wants 1 to 6."
  }
}

variable "password_version" {
  description = "Another number makes another password, in the cache and in its secret at once."
  type        = number
  default     = 1

  validation {
    condition     = var.password_version >= 1 && floor(var.password_version) == var.password_version
    error_message = "password_version is ${var.password_version}: it wants a whole number from 1."
  }
}

variable "maintenance_window" {
  description = "When AWS may restart nodes for patches: UTC, an hour at least."
  type        = string
  default     = "sun:04:00-sun:05:00"

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window \"${var.maintenance_window}\" is none: write it as sun:04:00-sun:05:00, UTC."
  }
}

variable "kms_key_arn" {
  description = "The key that data and the password are encrypted with."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn \"${var.kms_key_arn}\" is not a key's ARN."
  }
}
