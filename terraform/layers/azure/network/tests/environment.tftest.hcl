mock_provider "azurerm" {
  mock_resource "azurerm_virtual_network" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy" }
  }
  mock_resource "azurerm_subnet" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/virtualNetworks/argosy/subnets/one" }
  }
  mock_resource "azurerm_network_security_group" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/networkSecurityGroups/one" }
  }
  mock_resource "azurerm_public_ip" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/publicIPAddresses/argosy-nat", ip_address = "203.0.113.7" }
  }
  mock_resource "azurerm_nat_gateway" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/natGateways/argosy" }
  }
  mock_resource "azurerm_private_dns_zone" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.Network/privateDnsZones/one" }
  }
}

run "prod_spans_three_zones" {
  assert {
    condition     = var.environment != "prod" || (length(output.zones) == 3 && var.nat == "zone-redundant")
    error_message = "Prod depends on fewer than three zones."
  }
}

run "dev_is_small" {
  assert {
    condition     = var.environment != "dev" || (length(output.zones) == 1 && var.nat == "one")
    error_message = "Dev pays for what prod needs."
  }
}

run "it_overlaps_no_other_environment" {
  assert {
    condition     = length(var.taken_cidrs) > 0
    error_message = "The other environments' networks are not in taken_cidrs."
  }
}
