# Azure Managed Redis, reached by a private endpoint alone, by TLS and a key alone. Nothing in it is the truth, so nothing of it is saved.
resource "azurerm_managed_redis" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  sku_name                  = var.sku_name
  high_availability_enabled = var.replicated
  public_network_access     = "Disabled"

  default_database {
    client_protocol = "Encrypted"
    # One database with all keys, as the API's client expects it.
    clustering_policy = "NoCluster"
    eviction_policy   = "VolatileLRU"
    # Azure makes the key, and the provider keeps a copy in the state: who may read that may read the cache. Redis by Entra ID instead wants a client that
    # renews its password every hour.
    access_keys_authentication_enabled = true
  }
}

resource "azurerm_private_endpoint" "this" {
  name                = "${var.prefix}-cache"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "cache"
    private_connection_resource_id = azurerm_managed_redis.this.id
    subresource_names              = ["redisEnterprise"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "cache"
    private_dns_zone_ids = [var.dns_zone_id]
  }
}

resource "azurerm_key_vault_secret" "url" {
  name         = "api-redis-url"
  key_vault_id = var.vault_id
  content_type = "URL of Redis, for the API"
  tags         = var.tags

  # A key is base64, whose signs mean something in a URL.
  value_wo = format("rediss://:%s@%s:%d/0",
    urlencode(azurerm_managed_redis.this.default_database[0].primary_access_key), azurerm_managed_redis.this.hostname, azurerm_managed_redis.this.default_database[0].port
  )
  value_wo_version = var.key_version
}
