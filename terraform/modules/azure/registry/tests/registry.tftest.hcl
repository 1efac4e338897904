mock_provider "azurerm" {
  mock_resource "azurerm_container_registry" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.ContainerRegistry/registries/argosy4f1c"
      login_server = "argosy4f1c.azurecr.io"
    }
  }
}

variables {
  name                = "argosy4f1c"
  resource_group_name = "argosy-platform"
  location            = "westeurope"
  tags                = { project = "argosy", environment = "platform", owner = "platform@example.com", managed-by = "terraform" }
}

run "nobody_enters_without_an_identity" {
  assert {
    condition     = !azurerm_container_registry.this.admin_enabled && !azurerm_container_registry.this.anonymous_pull_enabled
    error_message = "The registry has an admin, or lets anybody pull."
  }
}

run "it_outlives_a_zone" {
  assert {
    condition     = azurerm_container_registry.this.zone_redundancy_enabled && azurerm_container_registry.this.retention_policy_in_days == null
    error_message = "Premium is in one zone, or deletes what nobody asked it to."
  }
}

run "it_forgets_what_no_tag_names" {
  variables {
    untagged_days = 30
  }
  assert {
    condition     = azurerm_container_registry.this.retention_policy_in_days == 30
    error_message = "Untagged manifests stay."
  }
}

run "a_cheap_one" {
  variables {
    sku = "Basic"
  }
  assert {
    condition     = azurerm_container_registry.this.sku == "Basic" && !azurerm_container_registry.this.zone_redundancy_enabled
    error_message = "Basic cannot do what is asked of it."
  }
}

run "who_may_push_and_who_may_pull" {
  variables {
    pushers = { ci = "22222222-2222-2222-2222-222222222222" }
    pullers = { verify = "33333333-3333-3333-3333-333333333333" }
  }
  assert {
    condition     = azurerm_role_assignment.push["ci"].role_definition_name == "AcrPush" && azurerm_role_assignment.pull["verify"].role_definition_name == "AcrPull" && azurerm_role_assignment.push["ci"].scope == output.registry_id
    error_message = "Somebody has another right."
  }
}

run "tags_everywhere" {
  assert {
    condition     = azurerm_container_registry.this.tags == tomap(var.tags)
    error_message = "The registry has no tags."
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

run "a_name_with_a_hyphen_is_refused" {
  command         = plan
  expect_failures = [var.name]
  variables {
    name = "argosy-platform"
  }
}

run "an_unknown_sku_is_refused" {
  command         = plan
  expect_failures = [var.sku]
  variables {
    sku = "Classic"
  }
}

run "no_days_at_all_are_refused" {
  command         = plan
  expect_failures = [var.untagged_days]
  variables {
    untagged_days = 0
  }
}

run "retention_without_premium_is_refused" {
  command         = plan
  expect_failures = [var.untagged_days]
  variables {
    sku           = "Standard"
    untagged_days = 30
  }
}

run "a_pusher_by_name_is_refused" {
  command         = plan
  expect_failures = [var.pushers]
  variables {
    pushers = { ci = "argosy-push" }
  }
}

run "a_puller_by_name_is_refused" {
  command         = plan
  expect_failures = [var.pullers]
  variables {
    pullers = { verify = "argosy-pull" }
  }
}
