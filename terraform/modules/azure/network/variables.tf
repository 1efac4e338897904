variable "prefix" {
  description = "What every name begins with, from modules/naming: `argosy-prod`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.prefix))
    error_message = "prefix \"${var.prefix}\" wants 3 to 24 lower-case letters, digits and hyphens: take the output `prefix` of modules/naming."
  }
}

variable "resource_group_name" {
  description = "The resource group of the environment, which bootstrap/azure makes."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_().-]{1,89}[A-Za-z0-9_()-]$", var.resource_group_name))
    error_message = "resource_group_name \"${var.resource_group_name}\" is not the name of a resource group: it wants 2 to 90 letters, digits and _().-, such as argosy-prod."
  }
}

variable "location" {
  description = "The region, as `az account list-locations` names it."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{4,30}[0-9]?$", var.location))
    error_message = "location \"${var.location}\" is not the name of a region: write it in lower case and without spaces, such as westeurope."
  }
}

variable "tags" {
  description = "Tags of everything: the output `tags` of modules/naming."
  type        = map(string)

  validation {
    condition     = alltrue([for name in ["project", "environment", "owner", "managed-by"] : contains(keys(var.tags), name)])
    error_message = "tags lacks ${join(", ", setsubtract(["project", "environment", "owner", "managed-by"], keys(var.tags)))}: take the output `tags` of modules/naming."
  }
}

variable "cidr" {
  description = "The addresses of the virtual network, of which `subnets` are cut."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "cidr \"${var.cidr}\" is not a network, such as 10.64.0.0/16."
  }
}

variable "subnets" {
  description = "Networks by kind: the output `subnets` of modules/naming. A subnet of Azure spans all zones, so the first of each kind is taken: private for nodes, public for private endpoints, database for the database."
  type = object({
    public   = list(string)
    private  = list(string)
    database = list(string)
  })

  validation {
    condition     = alltrue([for networks in values(var.subnets) : length(networks) > 0])
    error_message = "subnets wants at least one public, one private and one database network: take the output `subnets` of modules/naming."
  }
  # Two networks overlap where they are equal as far as the shorter prefix goes.
  validation {
    condition = alltrue([
      for pair in [["private", "public"], ["private", "database"], ["public", "database"]] : try(
        cidrhost("${split("/", var.subnets[pair[0]][0])[0]}/${min(split("/", var.subnets[pair[0]][0])[1], split("/", var.subnets[pair[1]][0])[1])}", 0) !=
        cidrhost("${split("/", var.subnets[pair[1]][0])[0]}/${min(split("/", var.subnets[pair[0]][0])[1], split("/", var.subnets[pair[1]][0])[1])}", 0),
      false)
    ])
    error_message = "subnets overlap, or are none: ${join(", ", [for kind, networks in var.subnets : "${kind} ${try(networks[0], "none")}"])}. Take the output `subnets` of modules/naming."
  }
  validation {
    condition = alltrue([
      for networks in values(var.subnets) : try(
        cidrhost("${split("/", networks[0])[0]}/${split("/", var.cidr)[1]}", 0) == cidrhost(var.cidr, 0) && tonumber(split("/", networks[0])[1]) >= tonumber(split("/", var.cidr)[1]),
      false)
    ])
    error_message = "subnets are not all within cidr ${var.cidr}: cut them of it, as the output `subnets` of modules/naming does."
  }
}

variable "cluster_cidrs" {
  description = "Addresses of pods and of services in the cluster. Nobody outside of it can reach them, so every environment may have the same."
  type = object({
    pods     = optional(string, "10.244.0.0/16")
    services = optional(string, "10.245.0.0/16")
  })
  default = {}

  validation {
    condition     = alltrue([for network in values(var.cluster_cidrs) : can(cidrhost(network, 0)) && can(regex("/(1[2-9]|20)$", network))])
    error_message = "cluster_cidrs wants networks of /12 to /20, such as pods = \"10.244.0.0/16\" and services = \"10.245.0.0/16\"."
  }
  validation {
    condition = alltrue([
      for pair in [[var.cluster_cidrs.pods, var.cluster_cidrs.services], [var.cluster_cidrs.pods, var.cidr], [var.cluster_cidrs.services, var.cidr]] : try(
        cidrhost("${split("/", pair[0])[0]}/${min(split("/", pair[0])[1], split("/", pair[1])[1])}", 0) !=
        cidrhost("${split("/", pair[1])[0]}/${min(split("/", pair[0])[1], split("/", pair[1])[1])}", 0),
      true)
    ])
    error_message = "cluster_cidrs overlap each other or cidr: pods ${var.cluster_cidrs.pods}, services ${var.cluster_cidrs.services}, cidr ${var.cidr}. Take three networks that have no address in common."
  }
}

variable "nat" {
  description = "How nodes reach the internet: by `one` gateway that is in one zone, or by a `zone-redundant` one (SKU StandardV2), which outlives a zone."
  type        = string
  default     = "zone-redundant"

  validation {
    condition     = contains(["one", "zone-redundant"], var.nat)
    error_message = "nat is \"${var.nat}\": it wants one or zone-redundant. AKS wants a way out to start its nodes."
  }
}

variable "public_ports" {
  description = "TCP ports of load balancers in the cluster that the internet may reach, such as 443 of a gateway or 8883 of a broker. Empty: none."
  type        = set(number)
  default     = []

  validation {
    condition     = alltrue([for port in var.public_ports : port >= 1 && port <= 65535 && floor(port) == port && !contains([22, 3389, 5432, 6379, 10000, 10250], port)])
    error_message = "public_ports is ${join(", ", var.public_ports)}: it wants ports from 1 to 65535, and not those of SSH, RDP, PostgreSQL, Redis or the kubelet (22, 3389, 5432, 6379, 10000, 10250)."
  }
}
