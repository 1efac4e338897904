mock_provider "azurerm" {
  mock_resource "azurerm_virtual_network" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/virtualNetworks/argosy-prod" }
  }
  mock_resource "azurerm_subnet" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/virtualNetworks/argosy-prod/subnets/one" }
  }
  mock_resource "azurerm_network_security_group" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/networkSecurityGroups/one" }
  }
  mock_resource "azurerm_public_ip" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/publicIPAddresses/argosy-prod-nat", ip_address = "203.0.113.7" }
  }
  mock_resource "azurerm_nat_gateway" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/natGateways/argosy-prod" }
  }
  mock_resource "azurerm_private_dns_zone" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/privateDnsZones/one" }
  }
}

variables {
  prefix              = "argosy-prod"
  resource_group_name = "argosy-prod"
  location            = "westeurope"
  tags                = { project = "argosy", environment = "prod", owner = "platform@example.com", managed-by = "terraform" }
  cidr                = "10.64.0.0/16"
  subnets = {
    private  = ["10.64.0.0/19", "10.64.32.0/19", "10.64.64.0/19"]
    public   = ["10.64.96.0/22", "10.64.100.0/22", "10.64.104.0/22"]
    database = ["10.64.108.0/24", "10.64.109.0/24", "10.64.110.0/24"]
  }
}

run "subnets_do_not_overlap" {
  assert {
    condition = toset(concat(azurerm_subnet.nodes.address_prefixes, azurerm_subnet.endpoints.address_prefixes, azurerm_subnet.database.address_prefixes)) == toset(
      ["10.64.0.0/19", "10.64.96.0/22", "10.64.108.0/24"]
    )
    error_message = "The subnets are not the first of each kind."
  }
}

run "the_database_is_delegated_and_has_no_way_out" {
  assert {
    condition     = azurerm_subnet.database.delegation[0].service_delegation[0].name == "Microsoft.DBforPostgreSQL/flexibleServers"
    error_message = "The subnet of the database is not delegated to PostgreSQL."
  }
  assert {
    condition     = azurerm_subnet_nat_gateway_association.nodes.subnet_id == azurerm_subnet.nodes.id && azurerm_network_security_rule.database_stays_inside.access == "Deny" && azurerm_network_security_rule.database_stays_inside.destination_address_prefix == "Internet"
    error_message = "The database can reach the internet."
  }
}

run "no_subnet_has_a_way_out_by_default" {
  assert {
    condition     = alltrue([for subnet in [azurerm_subnet.nodes, azurerm_subnet.endpoints, azurerm_subnet.database] : !subnet.default_outbound_access_enabled])
    error_message = "A subnet has an address that Azure lends."
  }
}

run "every_group_is_closed" {
  assert {
    condition     = toset(keys(azurerm_network_security_rule.nothing_else)) == toset(["nodes", "endpoints", "database"]) && alltrue([for rule in azurerm_network_security_rule.nothing_else : rule.access == "Deny" && rule.priority == 4096])
    error_message = "A group lets the whole network in."
  }
  assert {
    condition     = toset(keys(azurerm_subnet_network_security_group_association.this)) == toset(["nodes", "endpoints", "database"])
    error_message = "A subnet has no group."
  }
  assert {
    condition = alltrue([for rule in azurerm_network_security_rule.inbound :
      rule.source_address_prefix == null ? !contains(rule.source_address_prefixes, "0.0.0.0/0") : rule.source_address_prefix == "AzureLoadBalancer"
    ])
    error_message = "A rule lets in everybody."
  }
  assert {
    condition     = azurerm_subnet.endpoints.private_endpoint_network_policies == "NetworkSecurityGroupEnabled"
    error_message = "The group does not hold for private endpoints."
  }
}

run "only_the_ports_that_were_named_are_public" {
  variables {
    public_ports = [443, 8883]
  }
  assert {
    condition     = [for name, rule in azurerm_network_security_rule.inbound : name if rule.source_address_prefix == "Internet"] == ["nodes-from-internet"]
    error_message = "The internet reaches more than nodes."
  }
  assert {
    condition     = toset(azurerm_network_security_rule.inbound["nodes-from-internet"].destination_port_ranges) == toset(["443", "8883"])
    error_message = "The internet reaches other ports."
  }
}

run "priorities_are_unique" {
  variables {
    public_ports = [443]
  }
  assert {
    condition     = length(distinct([for rule in azurerm_network_security_rule.inbound : "${rule.network_security_group_name} ${rule.priority}"])) == length(azurerm_network_security_rule.inbound)
    error_message = "Two rules of a group have one priority."
  }
}

run "tags_everywhere" {
  assert {
    condition = alltrue([
      for tagged in concat(
        [azurerm_virtual_network.this, azurerm_public_ip.nat, azurerm_nat_gateway.this], values(azurerm_network_security_group.this),
        values(azurerm_private_dns_zone.this), values(azurerm_private_dns_zone_virtual_network_link.this),
      ) : tagged.tags == tomap(var.tags)
    ])
    error_message = "Something has no tags."
  }
}

run "the_way_out_outlives_a_zone" {
  assert {
    condition     = azurerm_nat_gateway.this.sku_name == "StandardV2" && azurerm_public_ip.nat.sku == "StandardV2"
    error_message = "The NAT gateway is in one zone."
  }
}

run "a_cheap_way_out" {
  variables {
    nat = "one"
  }
  assert {
    condition     = azurerm_nat_gateway.this.sku_name == "Standard" && azurerm_public_ip.nat.sku == "Standard"
    error_message = "The NAT gateway is not the cheap one."
  }
}

run "names_are_private" {
  assert {
    condition     = endswith(azurerm_private_dns_zone.this["database"].name, ".postgres.database.azure.com") && toset(keys(azurerm_private_dns_zone_virtual_network_link.this)) == toset(["database", "cache", "vault"])
    error_message = "A zone is missing, or nobody can read it."
  }
}

run "a_prefix_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.prefix]
  variables {
    prefix = "argosy-productionwest-europe"
  }
}

run "a_resource_group_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.resource_group_name]
  variables {
    resource_group_name = "argosy/prod"
  }
}

run "a_region_by_its_display_name_is_refused" {
  command         = plan
  expect_failures = [var.location]
  variables {
    location = "West Europe"
  }
}

run "missing_tags_are_refused" {
  command         = plan
  expect_failures = [var.tags]
  variables {
    tags = { project = "argosy" }
  }
}

run "a_network_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.cidr]
  variables {
    cidr = "10.64.0.0"
  }
}

run "a_kind_without_a_subnet_is_refused" {
  command         = plan
  expect_failures = [var.subnets]
  variables {
    subnets = { private = ["10.64.0.0/19"], public = [], database = ["10.64.108.0/24"] }
  }
}

run "overlapping_subnets_are_refused" {
  command         = plan
  expect_failures = [var.subnets]
  variables {
    subnets = { private = ["10.64.0.0/17"], public = ["10.64.96.0/22"], database = ["10.64.192.0/24"] }
  }
}

run "subnets_of_another_network_are_refused" {
  command         = plan
  expect_failures = [var.subnets]
  variables {
    cidr = "10.65.0.0/16"
  }
}

run "pods_with_addresses_of_the_network_are_refused" {
  command         = plan
  expect_failures = [var.cluster_cidrs]
  variables {
    cluster_cidrs = { pods = "10.64.0.0/16" }
  }
}

run "pods_without_a_network_are_refused" {
  command         = plan
  expect_failures = [var.cluster_cidrs]
  variables {
    cluster_cidrs = { services = "10.245.0.0" }
  }
}

run "an_unknown_kind_of_nat_is_refused" {
  command         = plan
  expect_failures = [var.nat]
  variables {
    nat = "per-zone"
  }
}

run "a_public_database_port_is_refused" {
  command         = plan
  expect_failures = [var.public_ports]
  variables {
    public_ports = [443, 5432]
  }
}
