mock_provider "azurerm" {
  mock_resource "azurerm_managed_redis" {
    defaults = {
      id       = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Cache/redisEnterprise/argosy-prod-4f1c"
      hostname = "argosy-prod-4f1c.westeurope.redis.azure.net"
      default_database = {
        port               = 10000
        primary_access_key = "a+b/c="
      }
    }
  }
}

variables {
  prefix              = "argosy-prod"
  name                = "argosy-prod-4f1c"
  resource_group_name = "argosy-prod"
  location            = "westeurope"
  tags                = { project = "argosy", environment = "prod", owner = "platform@example.com", managed-by = "terraform" }
  subnet_id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/virtualNetworks/argosy-prod/subnets/endpoints"
  dns_zone_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"
  vault_id            = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.KeyVault/vaults/argosy-prod-4f1c"
}

run "it_has_no_public_route" {
  assert {
    condition     = azurerm_managed_redis.this.public_network_access == "Disabled" && azurerm_private_endpoint.this.subnet_id == var.subnet_id && azurerm_private_endpoint.this.private_service_connection[0].subresource_names == tolist(["redisEnterprise"])
    error_message = "The cache can be reached from outside, or not from inside."
  }
}

run "everything_is_encrypted" {
  assert {
    condition     = azurerm_managed_redis.this.default_database[0].client_protocol == "Encrypted"
    error_message = "It can be reached without TLS."
  }
}

run "one_database_and_a_second_node" {
  assert {
    condition     = azurerm_managed_redis.this.default_database[0].clustering_policy == "NoCluster" && azurerm_managed_redis.this.high_availability_enabled
    error_message = "It is a cluster, or has one node."
  }
}

run "tags_everywhere" {
  assert {
    condition     = alltrue([for tagged in [azurerm_managed_redis.this.tags, azurerm_private_endpoint.this.tags, azurerm_key_vault_secret.url.tags] : tagged == tomap(var.tags)])
    error_message = "Something has no tags."
  }
}

run "the_cluster_finds_the_url" {
  assert {
    condition     = output.secret_name == "api-redis-url" && azurerm_key_vault_secret.url.key_vault_id == var.vault_id && azurerm_key_vault_secret.url.value == null
    error_message = "The URL is not where the cluster looks for it, or in the state a second time."
  }
}

run "one_node" {
  variables {
    replicated = false
  }
  assert {
    condition     = !azurerm_managed_redis.this.high_availability_enabled
    error_message = "It has two nodes."
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

run "a_name_with_capitals_is_refused" {
  command         = plan
  expect_failures = [var.name]
  variables {
    name = "Argosy"
  }
}

run "a_subnet_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.subnet_id]
  variables {
    subnet_id = "endpoints"
  }
}

run "a_zone_of_another_service_is_refused" {
  command         = plan
  expect_failures = [var.dns_zone_id]
  variables {
    dns_zone_id = "/subscriptions/0/resourceGroups/argosy-prod/providers/Microsoft.Network/privateDnsZones/privatelink.redis.cache.windows.net"
  }
}

run "a_size_with_shards_is_refused" {
  command         = plan
  expect_failures = [var.sku_name]
  variables {
    sku_name = "Balanced_B50"
  }
}

run "a_vault_by_name_alone_is_refused" {
  command         = plan
  expect_failures = [var.vault_id]
  variables {
    vault_id = "argosy-prod-4f1c"
  }
}

run "a_version_of_no_key_is_refused" {
  command         = plan
  expect_failures = [var.key_version]
  variables {
    key_version = 0
  }
}
