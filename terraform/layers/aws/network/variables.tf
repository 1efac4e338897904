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

variable "cidr" {
  description = "The network's addresses, /16 to /20."
  type        = string
}

variable "taken_cidrs" {
  description = "Networks that this one will be connected to, by name."
  type        = map(string)
  default     = {}
}

variable "zones" {
  description = "How many availability zones: 2 or 3, and 3 in prod."
  type        = number
  default     = 3
}

variable "nat" {
  description = "How private subnets reach the internet: none, one, per-zone."
  type        = string
  default     = "per-zone"
}

variable "endpoints" {
  description = "AWS's services that are reached without NAT."
  type        = set(string)
  default     = []
}

variable "flow_log_days" {
  description = "How many days flow logs are kept."
  type        = number
  default     = 30
}

variable "key_deletion_days" {
  description = "For how many days the environment's key can be had back after it was deleted."
  type        = number
  default     = 30
}
