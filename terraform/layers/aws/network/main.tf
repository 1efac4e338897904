# The first layer: addresses, names, and the key that the others encrypt with.
module "naming" {
  source = "../../../modules/naming"

  project     = var.project
  environment = var.environment
  owner       = var.owner
  repository  = var.repository

  cidr        = var.cidr
  taken_cidrs = var.taken_cidrs
  zones       = var.zones
}

module "key" {
  source = "../../../modules/aws/key"

  prefix        = module.naming.prefix
  deletion_days = var.key_deletion_days
}

module "network" {
  source = "../../../modules/aws/network"

  prefix        = module.naming.prefix
  cidr          = var.cidr
  subnets       = module.naming.subnets
  nat           = var.nat
  endpoints     = var.endpoints
  flow_log_days = var.flow_log_days
  kms_key_arn   = module.key.arn
}
