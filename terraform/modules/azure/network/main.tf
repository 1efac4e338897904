# A virtual network over all zones of a region: one subnet for nodes, one for the private endpoints of the cloud's services, and one that PostgreSQL alone may
# be in and that nothing leads out of.
resource "azurerm_virtual_network" "this" {
  name                = var.prefix
  resource_group_name = var.resource_group_name
  location            = var.location
  address_space       = [var.cidr]
  tags                = var.tags
}

resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [var.subnets.private[0]]

  # What has no NAT has no way out, rather than one by an address that Azure lends and takes away.
  default_outbound_access_enabled = false
}

# Azure's load balancers are in no subnet, so the addresses that AWS gives them hold private endpoints.
resource "azurerm_subnet" "endpoints" {
  name                 = "endpoints"
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [var.subnets.public[0]]

  default_outbound_access_enabled = false
  # Without it a security group does not hold for private endpoints.
  private_endpoint_network_policies = "NetworkSecurityGroupEnabled"
}

resource "azurerm_subnet" "database" {
  name                 = "database"
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [var.subnets.database[0]]

  default_outbound_access_enabled = false

  # Where PostgreSQL archives its log: by Azure's own network, since there is no other way out.
  service_endpoint {
    service = "Microsoft.Storage"
  }

  delegation {
    name = "postgresql"

    service_delegation {
      name    = "Microsoft.DBforPostgreSQL/flexibleServers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}
