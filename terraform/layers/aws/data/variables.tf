variable "project" {
  description = "What every name begins with."
  type        = string
  default     = "argosy"
}

variable "environment" {
  description = "The environment, without its cloud: dev or prod."
  type        = string
}

variable "owner" {
  description = "Who answers for it: an address or a team."
  type        = string
}

variable "repository" {
  description = "The repository that describes it and that the cluster follows."
  type        = string
  default     = "https://github.com/argosy/argosy"
}

variable "region" {
  description = "The region of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region \"${var.region}\" is not a region, such as eu-central-1."
  }
}

variable "network" {
  description = "Outputs of the layer network; scripts/platform passes them."
  type = object({
    prefix              = string
    kms_key_arn         = string
    vpc_id              = string
    zones               = list(string)
    private_subnet_ids  = list(string)
    private_cidrs       = list(string)
    database_subnet_ids = list(string)
  })

  validation {
    condition     = var.network.prefix == "${var.project}-${var.environment}"
    error_message = "network is that of ${var.network.prefix}, and this is ${var.project}-${var.environment}: pass the outputs of its own layer network."
  }
}

variable "database" {
  description = "Aurora PostgreSQL: see modules/aws/database. Prod has two servers at least, and is protected."
  type = object({
    engine_version = optional(string, "17.5")
    instances      = optional(number, 2)
    instance_class = optional(string, "db.serverless")
    capacity = optional(object({
      least       = number
      most        = number
      pause_after = optional(number)
    }), { least = 0.5, most = 4 })
    backup_days = optional(number, 14)
    protected   = optional(bool, true)
  })
  default = {}

  validation {
    condition     = var.environment != "prod" || var.database.instances >= 2
    error_message = "database.instances is ${var.database.instances} for prod: it wants 2 at least, so that a server may fail."
  }
}

variable "cache" {
  description = "Valkey: see modules/aws/cache."
  type = object({
    engine_version   = optional(string, "8.1")
    node_type        = optional(string, "cache.t4g.small")
    nodes            = optional(number, 2)
    password_version = optional(number, 1)
  })
  default = {}

  validation {
    condition     = var.environment != "prod" || var.cache.nodes >= 2
    error_message = "cache.nodes is ${var.cache.nodes} for prod: it wants 2 at least, so that a node may fail."
  }
}

variable "secrets" {
  description = "Passwords and tokens of the services: see modules/aws/secrets."
  type = object({
    folder           = optional(string, "argosy")
    password_version = optional(number, 1)
    recovery_days    = optional(number, 30)
  })
  default = {}
}
