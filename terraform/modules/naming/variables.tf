variable "project" {
  description = "What the names begin with: lower-case letters and digits, at most 12."
  type        = string
  default     = "argosy"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project \"${var.project}\" is not a name: it wants 2 to 12 lower-case letters and digits, the first a letter, such as argosy."
  }
}

variable "environment" {
  description = "The environment: a folder of terraform/environments without its cloud, such as dev or prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment \"${var.environment}\" is not a name: it wants 2 to 10 lower-case letters and digits, the first a letter, such as dev or prod, since clouds allow some names 24 characters in all."
  }
}

variable "owner" {
  description = "Who answers for it: an address or a team. It stands in every tag."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9@._ +-]{2,64}$", var.owner))
    error_message = "owner \"${var.owner}\" cannot be a tag: it wants 2 to 64 letters, digits, spaces and @._+-, such as platform@example.com."
  }
}

variable "repository" {
  description = "The repository that describes it, so that whoever finds a resource finds its code."
  type        = string
  default     = "https://github.com/argosy/argosy"

  validation {
    condition     = can(regex("^https://[A-Za-z0-9./_-]{4,200}$", var.repository))
    error_message = "repository \"${var.repository}\" is not an https address, such as https://github.com/argosy/argosy."
  }
}

variable "cidr" {
  description = "The network's addresses, IPv4, from /16 to /20. Subnets are cut from it in one way: see the output `subnets`."
  type        = string
  default     = "10.64.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("/(16|17|18|19|20)$", var.cidr))
    error_message = "cidr \"${var.cidr}\" is not an IPv4 network of /16 to /20, such as 10.64.0.0/16."
  }

  validation {
    condition     = !can(cidrhost(var.cidr, 0)) || try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], false)
    error_message = "cidr \"${var.cidr}\" does not begin at its network's first address: write ${try(cidrhost(var.cidr, 0), "10.64.0.0")}/${try(split("/", var.cidr)[1], "16")}."
  }

  validation {
    condition = anytrue([
      for private in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] :
      try(cidrhost("${split("/", var.cidr)[0]}/${split("/", private)[1]}", 0) == split("/", private)[0], false)
    ])
    error_message = "cidr \"${var.cidr}\" is not private: take addresses of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918)."
  }
}

# Its validation is its use.
# tflint-ignore: terraform_unused_declarations
variable "taken_cidrs" {
  description = "Networks that this one will be connected to, by name, and whose addresses it therefore must not have: peers, offices, other environments."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for network in values(var.taken_cidrs) : can(cidrhost(network, 0))])
    error_message = "taken_cidrs has what is no network: ${join(", ", [for name, network in var.taken_cidrs : "${name} = \"${network}\"" if !can(cidrhost(network, 0))])}. Write each as 10.0.0.0/16."
  }

  # Two networks overlap where they are equal as far as the shorter prefix goes.
  validation {
    condition = alltrue([
      for network in values(var.taken_cidrs) : try(
        cidrhost("${split("/", network)[0]}/${min(split("/", network)[1], split("/", var.cidr)[1])}", 0) !=
        cidrhost("${split("/", var.cidr)[0]}/${min(split("/", network)[1], split("/", var.cidr)[1])}", 0),
      true)
    ])
    error_message = "cidr \"${var.cidr}\" overlaps ${join(", ", [
      for name, network in var.taken_cidrs : "${name} (${network})" if try(
        cidrhost("${split("/", network)[0]}/${min(split("/", network)[1], split("/", var.cidr)[1])}", 0) ==
        cidrhost("${split("/", var.cidr)[0]}/${min(split("/", network)[1], split("/", var.cidr)[1])}", 0),
      false)
    ])}: take one that is free, or leave the name out of taken_cidrs where the two will never be connected."
  }
}

variable "zones" {
  description = "How many availability zones the network spans: 1 to 3."
  type        = number
  default     = 3

  validation {
    condition     = contains([1, 2, 3], var.zones)
    error_message = "zones is ${var.zones}: it wants 1, 2 or 3."
  }

  validation {
    condition     = var.environment != "prod" || var.zones == 3
    error_message = "zones is ${var.zones} for prod: prod spans 3, so that a zone may fail. Write zones = 3."
  }
}
