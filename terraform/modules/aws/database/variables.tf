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
  description = "The VPC that the database is in."
  type        = string

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id \"${var.vpc_id}\" is not a VPC: take the output `vpc_id` of modules/aws/network."
  }
}

variable "subnet_ids" {
  description = "Subnets without a route out, of two zones at least: the output `database_subnet_ids` of modules/aws/network."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids has ${length(var.subnet_ids)} subnets: Aurora wants two, of different zones."
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
  description = "Aurora PostgreSQL's version, major and minor. A later major one is reached by a blue/green deployment, not here: docs/upgrades.md."
  type        = string
  default     = "17.5"

  validation {
    condition     = can(regex("^(15|16|17)\\.[0-9]{1,2}$", var.engine_version))
    error_message = "engine_version \"${var.engine_version}\" is not a version that Argosy is tested with: it wants 15.x, 16.x or 17.x, such as 17.5."
  }
}

variable "instances" {
  description = "How many servers, the first of which writes: 1 to 6. With two, the loss of one is a pause of half a minute."
  type        = number
  default     = 2

  validation {
    condition     = var.instances >= 1 && var.instances <= 6 && floor(var.instances) == var.instances
    error_message = "instances is ${var.instances}: it wants 1 to 6."
  }
}

variable "instance_class" {
  description = "What each server is: `db.serverless`, which grows and shrinks within `capacity`, or a class such as db.r8g.large."
  type        = string
  default     = "db.serverless"

  validation {
    condition     = can(regex("^db\\.(serverless|[a-z0-9]+\\.[a-z0-9]+)$", var.instance_class))
    error_message = "instance_class \"${var.instance_class}\" is none: it wants db.serverless, or a class such as db.r8g.large."
  }
}

variable "capacity" {
  description = "Aurora capacity units (2 GiB of memory each) of db.serverless, in halves. A least of 0 lets it pause after `pause_after` seconds without a connection."
  type = object({
    least       = number
    most        = number
    pause_after = optional(number)
  })
  default = { least = 0.5, most = 4 }

  validation {
    condition = (
      var.capacity.least >= 0 && var.capacity.least <= var.capacity.most && var.capacity.most >= 1 && var.capacity.most <= 256 &&
      floor(var.capacity.least * 2) == var.capacity.least * 2 && floor(var.capacity.most * 2) == var.capacity.most * 2
    )
    error_message = "capacity is from ${var.capacity.least} to ${var.capacity.most}: it wants halves of units, 0 to 256, the least not above the most, and the most at least 1."
  }
  validation {
    condition     = var.capacity.pause_after == null ? true : var.capacity.least == 0 && var.capacity.pause_after >= 300 && var.capacity.pause_after <= 86400
    error_message = "capacity.pause_after wants capacity.least = 0, and 300 to 86,400 seconds."
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
    condition     = alltrue([for name in [var.database.name, var.database.user] : can(regex("^[a-z][a-z0-9_]{0,30}$", name)) && !contains(["postgres", "rdsadmin", "admin", "root"], name)])
    error_message = "database wants names of 1 to 31 lower-case letters, digits and underscores, none of them reserved (postgres, rdsadmin, admin, root)."
  }
}

variable "backup_days" {
  description = "For how many days any second can be restored: 1 to 35."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "backup_days is ${var.backup_days}: Aurora keeps 1 to 35 days."
  }
}

variable "protected" {
  description = "Whether it refuses to be deleted, and leaves a last snapshot when it is after all. Off for what is thrown away."
  type        = bool
  default     = true
}

variable "maintenance_window" {
  description = "When AWS may restart it for patches: UTC, half an hour at least."
  type        = string
  default     = "sun:03:00-sun:04:00"

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window \"${var.maintenance_window}\" is none: write it as sun:03:00-sun:04:00, UTC."
  }
}

variable "kms_key_arn" {
  description = "The key that data, backups and the password are encrypted with."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn \"${var.kms_key_arn}\" is not a key's ARN."
  }
}
