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

variable "data" {
  description = "Outputs of the layer data; scripts/platform passes them. An environment whose overlay has its own servers has none."
  type = object({
    secret_arns = list(string)
  })
  default = { secret_arns = [] }
}

variable "kubernetes_version" {
  description = "The version of control plane and nodes."
  type        = string
  default     = "1.35"
}

variable "public_cidrs" {
  description = "Networks from which people and pipelines reach the control plane; from within the network it is reached always."
  type        = list(string)
  default     = []
}

variable "nodes" {
  description = "The managed nodes: see modules/aws/cluster."
  type = object({
    instance_types = optional(list(string), ["m7g.large"])
    arm            = optional(bool, true)
    least          = optional(number, 3)
    most           = optional(number, 6)
    disk_gib       = optional(number, 50)
  })
  default = {}

  validation {
    condition     = var.environment != "prod" || var.nodes.least >= 3
    error_message = "nodes.least is ${var.nodes.least} for prod: it wants 3 at least, one in each zone."
  }
}

variable "autoscaling" {
  description = "Whether Karpenter, run by AWS, adds nodes."
  type        = bool
  default     = true
}

variable "addons" {
  description = "More add-ons of EKS, by name."
  type        = map(any)
  default     = {}
}

variable "administrators" {
  description = "Roles or users of IAM who may do everything in the cluster."
  type        = map(string)
}

variable "protected" {
  description = "Whether the cluster refuses to be deleted."
  type        = bool
  default     = true
}

variable "log_days" {
  description = "How many days the control plane's logs are kept."
  type        = number
  default     = 90
}
