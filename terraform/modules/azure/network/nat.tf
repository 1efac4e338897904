locals {
  sku = { none = null, one = "Standard", zone-redundant = "StandardV2" }[var.nat]
}

resource "azurerm_public_ip" "nat" {
  count = var.nat == "none" ? 0 : 1

  name                = "${var.prefix}-nat"
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = local.sku
  tags                = var.tags
}

# Zones are not named: StandardV2 is in all of them, and Standard in the one that Azure chooses.
resource "azurerm_nat_gateway" "this" {
  count = var.nat == "none" ? 0 : 1

  name                = var.prefix
  resource_group_name = var.resource_group_name
  location            = var.location
  sku_name            = local.sku
  tags                = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  count = var.nat == "none" ? 0 : 1

  nat_gateway_id       = azurerm_nat_gateway.this[0].id
  public_ip_address_id = azurerm_public_ip.nat[0].id
}

# Nodes alone: endpoints and the database open no connection to the internet.
resource "azurerm_subnet_nat_gateway_association" "nodes" {
  count = var.nat == "none" ? 0 : 1

  subnet_id      = azurerm_subnet.nodes.id
  nat_gateway_id = azurerm_nat_gateway.this[0].id
}
