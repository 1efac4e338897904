# Names of the cloud's services that mean an address in this network, and only in it.
locals {
  zones = {
    # PostgreSQL's zone may have any name that ends so.
    database = "${var.prefix}.private.postgres.database.azure.com"
    cache    = "privatelink.redis.azure.net"
    vault    = "privatelink.vaultcore.azure.net"
  }
}

resource "azurerm_private_dns_zone" "this" {
  for_each = local.zones

  name                = each.value
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  for_each = local.zones

  name                = var.prefix
  private_dns_zone_id = azurerm_private_dns_zone.this[each.key].id
  virtual_network_id  = azurerm_virtual_network.this.id
  tags                = var.tags
}
