locals {
  sku = { one = "Standard", zone-redundant = "StandardV2" }[var.nat]
}

resource "azurerm_public_ip" "nat" {
  name                = "${var.prefix}-nat"
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = local.sku
  tags                = var.tags
}

# Zones are not named: StandardV2 is in all of them, and Standard in the one that Azure chooses.
resource "azurerm_nat_gateway" "this" {
  name                = var.prefix
  resource_group_name = var.resource_group_name
  location            = var.location
  sku_name            = local.sku
  tags                = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  nat_gateway_id       = azurerm_nat_gateway.this.id
  public_ip_address_id = azurerm_public_ip.nat.id
}

# Nodes alone: endpoints and the database open no connection to the internet.
resource "azurerm_subnet_nat_gateway_association" "nodes" {
  subnet_id      = azurerm_subnet.nodes.id
  nat_gateway_id = azurerm_nat_gateway.this.id
}
