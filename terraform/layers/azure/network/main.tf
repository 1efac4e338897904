# The network of an environment. Its resource group is bootstrap/azure's, so that who applies this has rights in that group alone.
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

module "network" {
  source = "../../../modules/azure/network"

  prefix              = module.naming.prefix
  resource_group_name = module.naming.prefix
  location            = var.location
  tags                = module.naming.tags
  cidr                = var.cidr
  subnets             = module.naming.subnets
  cluster_cidrs       = var.cluster_cidrs
  nat                 = var.nat
  public_ports        = var.public_ports
}
