# PostgreSQL Flexible Server, which is reached from the cluster's network alone and by TLS alone, and whose password nobody chose and nobody sees.
locals {
  # 256 bits of the random source that uuid() has. They are known during an apply alone and go into write-only arguments alone, so neither the plan nor the
  # state ever has them. The letter A: Azure wants a capital.
  password = sensitive("A${replace("${uuid()}${uuid()}", "-", "")}")

  standby_zone = length(var.zones) > 1 ? var.zones[1] : null

  parameters = {
    require_secure_transport = "on"
    ssl_min_protocol_version = "TLSv1.2"
    # What the next major version is copied by; it takes effect at a restart, so it is on before it is needed.
    wal_level = "logical"
    # A client that went away in a transaction holds locks on devices.
    idle_in_transaction_session_timeout = "60000"
    log_min_duration_statement          = "1000"
    log_lock_waits                      = "on"
    # The server's log, for `az postgres flexible-server server-logs`.
    "logfiles.download_enable" = "on"
    "logfiles.retention_days"  = "7"
  }
}

resource "azurerm_postgresql_flexible_server" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  version  = var.engine_version
  sku_name = var.sku_name
  zone     = var.zones[0]

  storage_mb        = var.storage_gib * 1024
  auto_grow_enabled = true

  delegated_subnet_id           = var.subnet_id
  private_dns_zone_id           = var.dns_zone_id
  public_network_access_enabled = false

  administrator_login               = var.database.user
  administrator_password_wo         = local.password
  administrator_password_wo_version = var.password_version

  authentication {
    password_auth_enabled         = true
    active_directory_auth_enabled = length(var.entra_administrators) > 0
    tenant_id                     = length(var.entra_administrators) > 0 ? var.tenant_id : null
  }

  backup_retention_days        = var.backup_days
  geo_redundant_backup_enabled = var.geo_backup

  dynamic "high_availability" {
    for_each = local.standby_zone[*]

    content {
      mode                      = "ZoneRedundant"
      standby_availability_zone = high_availability.value
    }
  }

  maintenance_window {
    day_of_week  = var.maintenance_window.day
    start_hour   = var.maintenance_window.hour
    start_minute = 0
  }

  lifecycle {
    # A failover exchanges the zones, and storage grows by itself; to go back would be a stop, and less storage another server.
    ignore_changes = [zone, high_availability[0].standby_availability_zone, storage_mb]
  }
}

resource "azurerm_postgresql_flexible_server_configuration" "this" {
  for_each = local.parameters

  server_id = azurerm_postgresql_flexible_server.this.id
  name      = each.key
  value     = each.value
}

resource "azurerm_postgresql_flexible_server_database" "this" {
  server_id = azurerm_postgresql_flexible_server.this.id
  name      = var.database.name
  charset   = "UTF8"

  # A parameter that restarts the server would interrupt it.
  depends_on = [azurerm_postgresql_flexible_server_configuration.this]
}

resource "azurerm_postgresql_flexible_server_active_directory_administrator" "this" {
  for_each = var.entra_administrators

  server_name         = azurerm_postgresql_flexible_server.this.name
  resource_group_name = var.resource_group_name
  tenant_id           = var.tenant_id
  object_id           = each.value.object_id
  principal_name      = each.key
  principal_type      = each.value.type
}

# Whoever deletes the server deletes its backups with it.
resource "azurerm_management_lock" "this" {
  count = var.protected ? 1 : 0

  name       = "holds-data"
  scope      = azurerm_postgresql_flexible_server.this.id
  lock_level = "CanNotDelete"
  notes      = "The database of ${var.prefix}. An owner takes this lock away before it can be deleted."
}

resource "azurerm_key_vault_secret" "url" {
  name         = "api-database-url"
  key_vault_id = var.vault_id
  content_type = "URL of PostgreSQL, for the API"
  tags         = var.tags

  value_wo         = "postgres://${var.database.user}:${local.password}@${azurerm_postgresql_flexible_server.this.fqdn}:5432/${azurerm_postgresql_flexible_server_database.this.name}?sslmode=verify-full"
  value_wo_version = var.password_version
}
