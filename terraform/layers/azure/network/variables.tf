variable "project" {
  description = "What the names begin with."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project \"${var.project}\" is not a name: it wants 2 to 12 lower-case letters and digits, the first a letter, such as argosy."
  }
}

variable "environment" {
  description = "The environment: a folder of terraform/environments without its cloud."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment \"${var.environment}\" is not a name: it wants 2 to 10 lower-case letters and digits, the first a letter, such as dev or prod."
  }
}

variable "owner" {
  description = "Who answers for it: an address or a team."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9@._ +-]{2,64}$", var.owner))
    error_message = "owner \"${var.owner}\" cannot be a tag: it wants 2 to 64 letters, digits, spaces and @._+-, such as platform@example.com."
  }
}

variable "repository" {
  description = "The repository that describes it, and that its cluster follows."
  type        = string

  validation {
    condition     = can(regex("^https://[A-Za-z0-9./_-]{4,200}$", var.repository))
    error_message = "repository \"${var.repository}\" is not an https address, such as https://github.com/you/argosy.git."
  }
}

variable "subscription_id" {
  description = "The subscription: `az account show --query id`."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id \"${var.subscription_id}\" is not a subscription: `az account show --query id --output tsv` prints it."
  }
}

variable "location" {
  description = "The region, as `az account list-locations` names it. prod wants one with three zones."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{4,30}[0-9]?$", var.location))
    error_message = "location \"${var.location}\" is not the name of a region: write it in lower case and without spaces, such as westeurope."
  }
}

variable "cidr" {
  description = "The network's addresses: modules/naming says which."
  type        = string
  default     = "10.64.0.0/16"
}

variable "taken_cidrs" {
  description = "Networks that this one will be connected to, by name: modules/naming refuses an overlap."
  type        = map(string)
  default     = {}
}

variable "cluster_cidrs" {
  description = "Addresses of pods and services: modules/azure/network says which."
  type = object({
    pods     = optional(string, "10.244.0.0/16")
    services = optional(string, "10.245.0.0/16")
  })
  default = {}
}

variable "zones" {
  description = "How many zones the environment spans."
  type        = number

  validation {
    condition     = contains([1, 2, 3], var.zones)
    error_message = "zones is ${var.zones}: it wants 1, 2 or 3."
  }
  validation {
    condition     = var.environment != "prod" || var.zones == 3
    error_message = "zones is ${var.zones} for prod: prod spans 3, so that a zone may fail. Write zones = 3."
  }
}

variable "nat" {
  description = "How nodes reach the internet: one or zone-redundant."
  type        = string

  validation {
    condition     = contains(["one", "zone-redundant"], var.nat)
    error_message = "nat is \"${var.nat}\": it wants one or zone-redundant."
  }
  validation {
    condition     = var.environment != "prod" || var.nat != "one"
    error_message = "nat is one for prod: it is in one zone, so that zone may not fail. Write nat = \"zone-redundant\"."
  }
}

variable "public_ports" {
  description = "TCP ports of the cluster's load balancers that the internet may reach."
  type        = set(number)
  default     = []
}
