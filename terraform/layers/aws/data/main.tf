# The second layer: what is kept. It can be destroyed alone, and the cluster alone without it.
module "naming" {
  source = "../../../modules/naming"

  project     = var.project
  environment = var.environment
  owner       = var.owner
  repository  = var.repository
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  clients = { for index, zone in var.network.zones : zone => var.network.private_cidrs[index] }
}

module "database" {
  source = "../../../modules/aws/database"

  prefix         = var.network.prefix
  folder         = var.secrets.folder
  vpc_id         = var.network.vpc_id
  subnet_ids     = var.network.database_subnet_ids
  client_cidrs   = local.clients
  engine_version = var.database.engine_version
  instances      = var.database.instances
  instance_class = var.database.instance_class
  capacity       = var.database.capacity
  backup_days    = var.database.backup_days
  protected      = var.database.protected
  kms_key_arn    = var.network.kms_key_arn
}

module "cache" {
  source = "../../../modules/aws/cache"

  prefix           = var.network.prefix
  folder           = var.secrets.folder
  vpc_id           = var.network.vpc_id
  subnet_ids       = var.network.database_subnet_ids
  client_cidrs     = local.clients
  engine_version   = var.cache.engine_version
  node_type        = var.cache.node_type
  nodes            = var.cache.nodes
  password_version = var.cache.password_version
  kms_key_arn      = var.network.kms_key_arn
}

module "secrets" {
  source = "../../../modules/aws/secrets"

  folder           = var.secrets.folder
  password_version = var.secrets.password_version
  recovery_days    = var.secrets.recovery_days
  kms_key_arn      = var.network.kms_key_arn
}
