variable "prefix" {
  description = "What every name begins with, from modules/naming: `argosy-prod`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.prefix))
    error_message = "prefix \"${var.prefix}\" wants 3 to 24 lower-case letters, digits and hyphens: take the output `prefix` of modules/naming."
  }
}

variable "cidr" {
  description = "The addresses of the VPC, of which `subnets` are cut."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "cidr \"${var.cidr}\" is not a network, such as 10.64.0.0/16."
  }
}

variable "subnets" {
  description = "Networks by kind, one a zone: the output `subnets` of modules/naming."
  type = object({
    public   = list(string)
    private  = list(string)
    database = list(string)
  })

  validation {
    condition = (
      length(var.subnets.public) == length(var.subnets.private) && length(var.subnets.public) == length(var.subnets.database) &&
      length(var.subnets.public) > 0
    )
    error_message = "subnets wants as many public as private as database networks, one a zone, and at least one of each."
  }
  # An Aurora cluster and an EKS cluster ask for two zones.
  validation {
    condition     = length(var.subnets.private) >= 2
    error_message = "subnets spans ${length(var.subnets.private)} zone: EKS and Aurora want two at least. Set zones = 2 or 3 in modules/naming."
  }
}

variable "zones" {
  description = "Zones by name, as many as there are subnets of a kind. Empty: the first of the region."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.zones) == 0 || length(var.zones) == length(var.subnets.private)
    error_message = "zones names ${length(var.zones)} zones for ${length(var.subnets.private)} subnets of each kind: name one a subnet, or none."
  }
}

variable "nat" {
  description = "How private subnets reach the internet: `none`, by `one` gateway whose zone all depend on, or by one `per-zone`."
  type        = string
  default     = "per-zone"

  validation {
    condition     = contains(["none", "one", "per-zone"], var.nat)
    error_message = "nat is \"${var.nat}\": it wants none, one or per-zone."
  }
}

variable "endpoints" {
  description = "AWS's services that are reached without NAT, by an interface in each private subnet: what a private cluster needs is ec2, ecr.api, ecr.dkr, eks, eks-auth, logs, secretsmanager, sts. S3 is always reached by a gateway, which costs nothing."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.endpoints : can(regex("^[a-z0-9][a-z0-9.-]{1,40}$", service))])
    error_message = "endpoints has what is no service: write names such as ecr.api, the last part of com.amazonaws.REGION.ecr.api."
  }
}

variable "flow_log_days" {
  description = "How many days flow logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.flow_log_days)
    error_message = "flow_log_days is ${var.flow_log_days}: CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731 days."
  }
}

variable "kms_key_arn" {
  description = "The key that flow logs are encrypted with; its policy has to let CloudWatch Logs use it. Empty: AWS's own."
  type        = string
  default     = null
}
