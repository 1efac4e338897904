variable "prefix" {
  description = "What every name begins with, from modules/naming: `argosy-prod`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.prefix))
    error_message = "prefix \"${var.prefix}\" wants 3 to 24 lower-case letters, digits and hyphens: take the output `prefix` of modules/naming."
  }
}

variable "kubernetes_version" {
  description = "The control plane's and the nodes' version, a minor one. It rises by one minor version an apply: docs/cluster-upgrades.md."
  type        = string
  default     = "1.35"

  # Those that `make check` holds the manifests against.
  validation {
    condition     = contains(["1.33", "1.34", "1.35", "1.36"], var.kubernetes_version)
    error_message = "kubernetes_version \"${var.kubernetes_version}\" is not one that Argosy's manifests are checked against: it wants 1.33, 1.34, 1.35 or 1.36."
  }
}

variable "subnet_ids" {
  description = "Subnets of the nodes, of two zones at least: the output `private_subnet_ids` of modules/aws/network."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids has ${length(var.subnet_ids)} subnets: EKS wants two, of different zones."
  }
}

variable "endpoint" {
  description = "Who reaches the control plane: always from within the network, and by `public_cidrs` from outside. None: `kubectl`, and this Terraform's last layer, work from within the network alone."
  type = object({
    public_cidrs = optional(list(string), [])
  })
  default = {}

  validation {
    condition     = alltrue([for network in var.endpoint.public_cidrs : can(cidrhost(network, 0))])
    error_message = "endpoint.public_cidrs wants networks such as 203.0.113.0/24; it has ${jsonencode(var.endpoint.public_cidrs)}."
  }
  validation {
    condition     = alltrue([for network in var.endpoint.public_cidrs : !endswith(network, "/0")])
    error_message = "endpoint.public_cidrs lets the whole internet ask the control plane: name the networks that people and pipelines come from, such as 203.0.113.0/24."
  }
}

variable "service_cidr" {
  description = "Addresses of Kubernetes services, which nothing outside of the cluster sees and nothing connected to it may have."
  type        = string
  default     = "172.20.0.0/16"

  validation {
    condition     = can(cidrhost(var.service_cidr, 0)) && can(regex("/(1[2-9]|2[0-4])$", var.service_cidr))
    error_message = "service_cidr \"${var.service_cidr}\" is not a network of /12 to /24, such as 172.20.0.0/16."
  }
}

variable "nodes" {
  description = "The managed nodes, which are always there: they carry the reconciler and what may not be moved about. Each zone gets one before one gets two."
  type = object({
    instance_types = optional(list(string), ["m7g.large"])
    arm            = optional(bool, true)
    least          = optional(number, 3)
    most           = optional(number, 6)
    disk_gib       = optional(number, 50)
  })
  default = {}

  validation {
    condition     = length(var.nodes.instance_types) > 0 && alltrue([for type in var.nodes.instance_types : can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9]+$", type))])
    error_message = "nodes.instance_types wants types such as m7g.large; it has ${jsonencode(var.nodes.instance_types)}."
  }
  validation {
    condition     = alltrue([for type in var.nodes.instance_types : can(regex("^[a-z]+[0-9]+g", type)) == var.nodes.arm])
    error_message = "nodes.arm is ${var.nodes.arm}, and nodes.instance_types has ${jsonencode(var.nodes.instance_types)}: types whose family ends in g, such as m7g, are arm, and all of them have to be alike."
  }
  validation {
    condition     = var.nodes.least >= 1 && var.nodes.least <= var.nodes.most && var.nodes.most <= 100
    error_message = "nodes is from ${var.nodes.least} to ${var.nodes.most}: it wants 1 to 100, the least not above the most."
  }
  validation {
    condition     = var.nodes.disk_gib >= 20 && var.nodes.disk_gib <= 1000
    error_message = "nodes.disk_gib is ${var.nodes.disk_gib}: it wants 20 to 1,000."
  }
}

variable "autoscaling" {
  description = "Whether Karpenter, run by AWS (EKS Auto Mode), adds nodes for pods that find no room and takes them away again. It makes what such nodes need, volumes and load balancers, as well."
  type        = bool
  default     = true
}

variable "addons" {
  description = "More add-ons of EKS, by name, with their configuration or {}: what the overlay needs and has not, such as cert-manager."
  type        = map(any)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.addons) : can(regex("^[a-z0-9][a-z0-9_-]{2,60}$", name))])
    error_message = "addons has names that no add-on has: `aws eks describe-addon-versions --query 'addons[].addonName'` lists them."
  }
}

variable "administrators" {
  description = "Roles or users of IAM, by a name, who may do everything in the cluster: at the least the one that applies the layer gitops."
  type        = map(string)

  validation {
    condition     = length(var.administrators) > 0 && alltrue([for arn in values(var.administrators) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "administrators is ${jsonencode(var.administrators)}: it wants one role at least, such as { apply = \"arn:aws:iam::123456789012:role/argosy-apply\" }, or nobody could get in."
  }
}

variable "pod_roles" {
  description = "What pods may do in AWS, by a name: the service account, its namespace, and the statements of its policy. No other pod gets it."
  type = map(object({
    namespace       = string
    service_account = string
    statements = list(object({
      actions   = list(string)
      resources = list(string)
    }))
  }))
  default = {}

  validation {
    condition = alltrue(flatten([for role in values(var.pod_roles) : [for statement in role.statements :
      alltrue([for action in statement.actions : can(regex("^[a-z0-9-]+:[A-Za-z]+$", action))]) && !contains(statement.resources, "*")
    ]]))
    error_message = "pod_roles has a wildcard: name each action, such as secretsmanager:GetSecretValue, and the resources that it is for."
  }
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

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_days)
    error_message = "log_days is ${var.log_days}: CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731 days."
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

