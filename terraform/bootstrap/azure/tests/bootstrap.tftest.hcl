mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { tenant_id = "11111111-1111-1111-1111-111111111111" }
  }
  mock_resource "azurerm_resource_group" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy" }
  }
  mock_resource "azurerm_storage_account" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.Storage/storageAccounts/argosystate" }
  }
  mock_resource "azurerm_storage_container" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.Storage/storageAccounts/argosystate/blobServices/default/containers/one" }
  }
  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
      client_id    = "44444444-4444-4444-4444-444444444444"
      principal_id = "55555555-5555-5555-5555-555555555555"
    }
  }
  mock_resource "azurerm_container_registry" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.ContainerRegistry/registries/argosy4f1c"
      login_server = "argosy4f1c.azurecr.io"
    }
  }
  mock_resource "azurerm_role_definition" {
    defaults = {
      role_definition_id          = "99999999-9999-9999-9999-999999999999"
      role_definition_resource_id = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/roleDefinitions/99999999-9999-9999-9999-999999999999"
    }
  }
}

variables {
  owner           = "platform@example.com"
  subscription_id = "00000000-0000-0000-0000-000000000000"
  location        = "westeurope"
  github          = "you/argosy"
}

run "states_are_encrypted_kept_and_opened_by_no_key" {
  assert {
    condition     = azurerm_storage_account.state.infrastructure_encryption_enabled && azurerm_storage_account.state.https_traffic_only_enabled && azurerm_storage_account.state.min_tls_version == "TLS1_2"
    error_message = "States are not encrypted."
  }
  assert {
    condition     = azurerm_storage_account.state.blob_properties[0].versioning_enabled && azurerm_storage_account.state.blob_properties[0].delete_retention_policy[0].days == 90
    error_message = "A state that was written over is lost."
  }
  assert {
    condition     = !azurerm_storage_account.state.shared_access_key_enabled && !azurerm_storage_account.state.allow_nested_items_to_be_public && !azurerm_storage_account.state.local_user_enabled
    error_message = "States open to a key, or to everybody."
  }
  assert {
    condition     = toset(keys(azurerm_storage_container.state)) == toset(["dev", "prod"]) && alltrue([for container in azurerm_storage_container.state : container.container_access_type == "private"])
    error_message = "Environments share a container, or it is public."
  }
  assert {
    condition     = toset(keys(azurerm_management_lock.this)) == toset(["registry", "states"]) && alltrue([for lock in azurerm_management_lock.this : lock.lock_level == "CanNotDelete"])
    error_message = "States or images can be deleted."
  }
}

run "only_named_networks_reach_the_states" {
  variables {
    state_cidrs = ["203.0.113.0/24"]
  }
  assert {
    condition     = azurerm_storage_account.state.network_rules[0].default_action == "Deny" && azurerm_storage_account.state.network_rules[0].ip_rules == toset(["203.0.113.0/24"])
    error_message = "Others reach the states."
  }
}

run "no_role_has_a_wildcard" {
  assert {
    condition = alltrue(flatten([
      for role in concat(values(azurerm_role_definition.environment), [azurerm_role_definition.lookup, azurerm_role_definition.pull_grant]) :
      [for action in concat(role.permissions[0].actions, tolist(coalesce(role.permissions[0].data_actions, toset([])))) : !strcontains(action, "*")]
    ]))
    error_message = "A role may do everything of a kind."
  }
}

run "a_plan_changes_nothing" {
  assert {
    condition = alltrue([for action in azurerm_role_definition.environment["prod-plan"].permissions[0].actions :
      endswith(action, "/read") || contains(["listClusterUserCredential", "listKeys", "sharedKeys"], split("/", action)[length(split("/", action)) - 2])
    ])
    error_message = "A plan may change something: ${join(", ", azurerm_role_definition.environment["prod-plan"].permissions[0].actions)}."
  }
  assert {
    condition     = azurerm_role_assignment.state["prod-plan"].role_definition_name == "Storage Blob Data Reader"
    error_message = "A plan writes states."
  }
}

run "an_apply_gives_few_roles_and_takes_no_lock_away" {
  assert {
    condition     = !contains(azurerm_role_definition.environment["prod-apply"].permissions[0].actions, "Microsoft.Authorization/locks/delete") && contains(azurerm_role_definition.environment["prod-apply"].permissions[0].actions, "Microsoft.Authorization/locks/write")
    error_message = "What is locked can be deleted all the same."
  }
  assert {
    condition     = alltrue([for name, assignment in azurerm_role_assignment.environment : endswith(name, "-plan") || can(regex("GuidEquals \\{4633458b-17de-408a-b874-0445c86b69e6, .*'ServicePrincipal'", assignment.condition))])
    error_message = "An apply may give any role."
  }
  assert {
    condition     = alltrue([for assignment in azurerm_role_assignment.pull_grant : strcontains(assignment.condition, "7f951dda-4ed3-4680-a7ca-43fe172d538d") && assignment.scope == output.registry_id])
    error_message = "An apply may give any role at the registry."
  }
}

run "environments_are_apart" {
  assert {
    condition     = toset(keys(azurerm_role_definition.environment)) == toset(["dev-apply", "dev-plan", "prod-apply", "prod-plan"]) && toset(keys(azurerm_resource_group.environment)) == toset(["dev", "prod"])
    error_message = "Environments share a role or a group."
  }
}

run "whom_github_is" {
  assert {
    condition = { for name, credential in azurerm_federated_identity_credential.this : name => credential.subject } == {
      "push/github-main"         = "repo:you/argosy:ref:refs/heads/main"
      "push/github-release"      = "repo:you/argosy:environment:release"
      "pull/github-main"         = "repo:you/argosy:ref:refs/heads/main"
      "pull/github-pull-request" = "repo:you/argosy:pull_request"
      "dev-plan/github"          = "repo:you/argosy:environment:dev-plan"
      "dev-apply/github"         = "repo:you/argosy:environment:dev"
      "prod-plan/github"         = "repo:you/argosy:environment:prod-plan"
      "prod-apply/github"        = "repo:you/argosy:environment:prod"
    }
    error_message = "GitHub is somebody else."
  }
  assert {
    condition     = alltrue([for credential in azurerm_federated_identity_credential.this : credential.issuer == "https://token.actions.githubusercontent.com" && credential.audience == tolist(["api://AzureADTokenExchange"])])
    error_message = "Tokens of another issuer count."
  }
}

run "whom_the_others_are" {
  variables {
    github          = null
    gitlab          = { project = "you/argosy" }
    azure_pipelines = { organisation = "you", organisation_id = "66666666-6666-6666-6666-666666666666", project = "argosy" }
    others          = { broker = { identity = "push", issuer = "https://tokens.example.com", subject = "argosy" } }
  }
  assert {
    condition     = azurerm_federated_identity_credential.this["prod-apply/gitlab"].subject == "project_path:you/argosy:ref_type:branch:ref:main" && azurerm_federated_identity_credential.this["prod-apply/gitlab"].issuer == "https://gitlab.com"
    error_message = "GitLab is somebody else."
  }
  assert {
    condition     = azurerm_federated_identity_credential.this["prod-apply/azure-pipelines"].subject == "sc://you/argosy/argosy-prod-apply" && azurerm_federated_identity_credential.this["push/azure-pipelines"].subject == "sc://you/argosy/argosy-push"
    error_message = "Azure Pipelines is somebody else."
  }
  assert {
    condition     = azurerm_federated_identity_credential.this["push/broker"].issuer == "https://tokens.example.com"
    error_message = "The other is somebody else."
  }
}

run "people_apply_what_they_are_named_for" {
  variables {
    github    = null
    operators = { platform = { object_id = "22222222-2222-2222-2222-222222222222", environments = ["dev"] } }
  }
  assert {
    condition     = [for name, assignment in azurerm_role_assignment.environment : name if assignment.principal_type == "Group"] == ["dev-apply/platform"]
    error_message = "People apply something else."
  }
  assert {
    condition     = azurerm_role_assignment.state["dev-apply/platform"].role_definition_name == "Storage Blob Data Contributor"
    error_message = "People cannot write the state."
  }
}

run "tags_everywhere" {
  assert {
    condition = alltrue([
      for tags in concat(
        [azurerm_resource_group.platform.tags, azurerm_storage_account.state.tags], values(azurerm_resource_group.environment)[*].tags, values(azurerm_user_assigned_identity.this)[*].tags,
      ) : tags.project == "argosy" && tags.owner == "platform@example.com" && tags.managed-by == "terraform"
    ])
    error_message = "Something has no tags."
  }
}

run "what_environments_are_told" {
  assert {
    condition     = output.registry == "argosy4f1c.azurecr.io/argosy" && toset(keys(output.client_ids)) == toset(["dev-apply", "dev-plan", "prod-apply", "prod-plan", "pull", "push"])
    error_message = "A fact is missing."
  }
}

run "nobody_who_applies_is_refused" {
  command         = plan
  expect_failures = [var.operators]
  variables {
    github = null
  }
}

run "a_project_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.project]
  variables {
    project = "Argosy"
  }
}

run "an_owner_that_no_tag_can_hold_is_refused" {
  command         = plan
  expect_failures = [var.owner]
  variables {
    owner = "us & them"
  }
}

run "a_repository_without_https_is_refused" {
  command         = plan
  expect_failures = [var.repository]
  variables {
    repository = "git@github.com:you/argosy"
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

run "an_environment_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.environments]
  variables {
    environments = ["productionwesteurope"]
  }
}

run "no_environment_is_refused" {
  command         = plan
  expect_failures = [var.environments]
  variables {
    environments = []
  }
}

run "an_operator_by_name_is_refused" {
  command         = plan
  expect_failures = [var.operators]
  variables {
    operators = { platform = { object_id = "platform", environments = ["dev"] } }
  }
}

run "an_operator_of_no_environment_of_ours_is_refused" {
  command         = plan
  expect_failures = [var.operators]
  variables {
    operators = { platform = { object_id = "22222222-2222-2222-2222-222222222222", environments = ["test"] } }
  }
}

run "a_repository_by_address_is_refused" {
  command         = plan
  expect_failures = [var.github]
  variables {
    github = "https://github.com/you/argosy"
  }
}

run "a_project_without_a_group_is_refused" {
  command         = plan
  expect_failures = [var.gitlab]
  variables {
    gitlab = { project = "argosy" }
  }
}

run "an_organisation_without_its_id_is_refused" {
  command         = plan
  expect_failures = [var.azure_pipelines]
  variables {
    azure_pipelines = { organisation = "you", organisation_id = "you", project = "argosy" }
  }
}

run "a_subject_with_a_wildcard_is_refused" {
  command         = plan
  expect_failures = [var.others]
  variables {
    others = { bitbucket = { identity = "push", issuer = "https://api.bitbucket.org", subject = "{repository}:*" } }
  }
}

run "an_identity_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.others]
  variables {
    others = { broker = { identity = "admin", issuer = "https://tokens.example.com", subject = "argosy" } }
  }
}

run "an_unknown_replication_is_refused" {
  command         = plan
  expect_failures = [var.state_replication]
  variables {
    state_replication = "TWICE"
  }
}

run "a_single_address_is_refused" {
  command         = plan
  expect_failures = [var.state_cidrs]
  variables {
    state_cidrs = ["203.0.113.7/32"]
  }
}

run "a_day_of_versions_is_refused" {
  command         = plan
  expect_failures = [var.state_days]
  variables {
    state_days = 1
  }
}

run "retention_without_premium_is_refused" {
  command         = plan
  expect_failures = [var.registry]
  variables {
    registry = { sku = "Basic", untagged_days = 30 }
  }
}
