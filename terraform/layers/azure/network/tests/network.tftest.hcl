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

variables {
  environment     = "prod"
  owner           = "platform@example.com"
  repository      = "https://github.com/you/argosy.git"
  subscription_id = "00000000-0000-0000-0000-000000000000"
  location        = "westeurope"
  zones           = 3
  nat             = "zone-redundant"
}

run "prod_spans_three_zones" {
  assert {
    condition     = output.zones == tolist(["1", "2", "3"]) && length(output.nat_addresses) == 1
    error_message = "Prod depends on fewer zones."
  }
}

run "tags_everywhere" {
  assert {
    condition     = module.naming.tags.environment == "prod" && module.naming.tags.owner == "platform@example.com" && module.naming.tags.managed-by == "terraform"
    error_message = "A tag is missing."
  }
}

run "the_next_layers_find_what_they_need" {
  assert {
    condition     = toset(keys(output.dns_zone_ids)) == toset(["database", "cache", "vault"]) && output.cluster_cidrs.pods == "10.244.0.0/16"
    error_message = "A fact is missing."
  }
}

run "dev_is_small" {
  variables {
    environment = "dev"
    zones       = 1
    nat         = "one"
  }
  assert {
    condition     = output.zones == tolist(["1"])
    error_message = "Dev spans more than a zone."
  }
}

run "prod_without_three_zones_is_refused" {
  command         = plan
  expect_failures = [var.zones]
  variables {
    zones = 2
  }
}

run "no_zone_is_refused" {
  command         = plan
  expect_failures = [var.zones]
  variables {
    environment = "dev"
    zones       = 0
  }
}

run "prod_by_a_gateway_in_one_zone_is_refused" {
  command         = plan
  expect_failures = [var.nat]
  variables {
    nat = "one"
  }
}

run "an_unknown_kind_of_nat_is_refused" {
  command         = plan
  expect_failures = [var.nat]
  variables {
    nat = "per-zone"
  }
}

run "a_project_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.project]
  variables {
    project = "Argosy"
  }
}

run "an_environment_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.environment]
  variables {
    environment = "productionwest"
  }
}

run "an_owner_that_no_tag_can_hold_is_refused" {
  command         = plan
  expect_failures = [var.owner]
  variables {
    owner = "us & them"
  }
}

run "a_repository_by_ssh_is_refused" {
  command         = plan
  expect_failures = [var.repository]
  variables {
    repository = "git@github.com:you/argosy.git"
  }
}

run "a_subscription_by_name_is_refused" {
  command         = plan
  expect_failures = [var.subscription_id]
  variables {
    subscription_id = "Pay-As-You-Go"
  }
}

run "a_region_by_its_display_name_is_refused" {
  command         = plan
  expect_failures = [var.location]
  variables {
    location = "West Europe"
  }
}
