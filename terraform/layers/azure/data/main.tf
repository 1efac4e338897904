# What an environment keeps: the vault, the database and the cache.
module "naming" {
  source = "../../../modules/naming"

  project     = var.project
  environment = var.environment
  owner       = var.owner
  repository  = var.repository
}

data "azurerm_client_config" "current" {}

locals {
  # What nobody else in Azure may have, and what is the same at each apply.
  name = "${module.naming.prefix}-${substr(sha256("${var.subscription_id}/${module.naming.prefix}"), 0, 4)}"
}

module "secrets" {
  source = "../../../modules/azure/secrets"

  prefix              = module.naming.prefix
  name                = local.name
  resource_group_name = module.naming.prefix
  location            = var.location
  tags                = module.naming.tags
  tenant_id           = data.azurerm_client_config.current.tenant_id
  subnet_id           = var.network.endpoint_subnet_id
  dns_zone_id         = var.network.dns_zone_ids.vault
  operator_cidrs      = var.operator_cidrs
  protected           = var.protected
  secrets_version     = var.secrets_version
}

module "database" {
  source = "../../../modules/azure/database"

  prefix               = module.naming.prefix
  name                 = local.name
  resource_group_name  = module.naming.prefix
  location             = var.location
  tags                 = module.naming.tags
  subnet_id            = var.network.database_subnet_id
  dns_zone_id          = var.network.dns_zone_ids.database
  zones                = var.network.zones
  engine_version       = var.database.engine_version
  sku_name             = var.database.sku_name
  storage_gib          = var.database.storage_gib
  backup_days          = var.database.backup_days
  geo_backup           = var.database.geo_backup
  password_version     = var.database.password_version
  entra_administrators = var.entra_administrators
  tenant_id            = data.azurerm_client_config.current.tenant_id
  vault_id             = module.secrets.vault_id
  protected            = var.protected
}

module "cache" {
  source = "../../../modules/azure/cache"
  count  = var.cache == null ? 0 : 1

  prefix              = module.naming.prefix
  name                = local.name
  resource_group_name = module.naming.prefix
  location            = var.location
  tags                = module.naming.tags
  subnet_id           = var.network.endpoint_subnet_id
  dns_zone_id         = var.network.dns_zone_ids.cache
  sku_name            = var.cache.sku_name
  replicated          = var.cache.replicated
  key_version         = var.cache.key_version
  vault_id            = module.secrets.vault_id
}
