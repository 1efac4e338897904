# The cluster of an environment.
module "naming" {
  source = "../../../modules/naming"

  project     = var.project
  environment = var.environment
  owner       = var.owner
  repository  = var.repository
}

module "cluster" {
  source = "../../../modules/azure/cluster"

  prefix                 = module.naming.prefix
  resource_group_name    = module.naming.prefix
  location               = var.location
  tags                   = module.naming.tags
  kubernetes_version     = var.kubernetes_version
  zones                  = var.network.zones
  sku_tier               = var.sku_tier
  node_subnet_id         = var.network.node_subnet_id
  cluster_cidrs          = var.network.cluster_cidrs
  private                = var.private
  operator_cidrs         = var.operator_cidrs
  admin_group_object_ids = var.admin_group_object_ids
  system_pool            = var.system_pool
  pools                  = var.pools
  node_provisioning      = var.node_provisioning
  host_encryption        = var.host_encryption
  maintenance            = var.maintenance
  log_days               = var.log_days
  log_gib_a_day          = var.log_gib_a_day
  registry_id            = var.registry_id
  vault_id               = try(var.data.vault_id, null)
}
