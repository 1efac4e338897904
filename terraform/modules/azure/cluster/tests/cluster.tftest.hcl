mock_provider "azurerm" {
  mock_data "azurerm_kubernetes_service_versions" {
    defaults = { versions = ["1.32.9", "1.33.5", "1.34.1", "1.34.2", "1.35.0"] }
  }
  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
      client_id    = "44444444-4444-4444-4444-444444444444"
      principal_id = "55555555-5555-5555-5555-555555555555"
    }
  }
  mock_resource "azurerm_kubernetes_cluster" {
    defaults = {
      id              = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.ContainerService/managedClusters/argosy-prod"
      oidc_issuer_url = "https://westeurope.oic.prod-aks.azure.com/11111111-1111-1111-1111-111111111111/66666666-6666-6666-6666-666666666666/"
    }
  }
  mock_resource "azurerm_log_analytics_workspace" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.OperationalInsights/workspaces/argosy-prod" }
  }
}

variables {
  prefix                 = "argosy-prod"
  resource_group_name    = "argosy-prod"
  location               = "westeurope"
  tags                   = { project = "argosy", environment = "prod", owner = "platform@example.com", managed-by = "terraform" }
  kubernetes_version     = "1.34"
  zones                  = ["1", "2", "3"]
  node_subnet_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.Network/virtualNetworks/argosy-prod/subnets/nodes"
  cluster_cidrs          = { pods = "10.244.0.0/16", services = "10.245.0.0/16" }
  operator_cidrs         = ["203.0.113.0/24"]
  admin_group_object_ids = ["22222222-2222-2222-2222-222222222222"]
  system_pool            = { vm_size = "Standard_D2ds_v5", least = 3, most = 6 }
  pools                  = { work = { vm_size = "Standard_D4ds_v5", least = 3, most = 12 } }
  registry_id            = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.ContainerRegistry/registries/argosy4f1c"
  vault_id               = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-prod/providers/Microsoft.KeyVault/vaults/argosy-prod-4f1c"
}

run "three_zones" {
  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].zones == toset(["1", "2", "3"]) && azurerm_kubernetes_cluster_node_pool.this["work"].zones == toset(["1", "2", "3"]) && azurerm_kubernetes_cluster.this.sku_tier == "Standard"
    error_message = "The cluster does not outlive a zone."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].only_critical_addons_enabled
    error_message = "What is ours runs among the cluster's own programs."
  }
}

run "nodes_come_and_go" {
  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.this["work"].auto_scaling_enabled && azurerm_kubernetes_cluster_node_pool.this["work"].min_count == 3 && azurerm_kubernetes_cluster_node_pool.this["work"].max_count == 12
    error_message = "The pool does not scale as asked."
  }
}

run "nobody_enters_without_an_identity" {
  assert {
    condition     = azurerm_kubernetes_cluster.this.local_account_disabled && azurerm_kubernetes_cluster.this.azure_active_directory_role_based_access_control[0].azure_rbac_enabled && !azurerm_kubernetes_cluster.this.run_command_enabled
    error_message = "There is another way in than Entra ID."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.api_server_access_profile[0].authorized_ip_ranges == toset(["203.0.113.0/24"])
    error_message = "The API server answers everybody."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.oidc_issuer_enabled && azurerm_kubernetes_cluster.this.workload_identity_enabled
    error_message = "Pods have no identities."
  }
}

run "everything_is_encrypted" {
  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].host_encryption_enabled && alltrue([for pool in azurerm_kubernetes_cluster_node_pool.this : pool.host_encryption_enabled])
    error_message = "Hosts do not encrypt."
  }
}

run "network_policies_hold" {
  assert {
    condition     = azurerm_kubernetes_cluster.this.network_profile[0].network_policy == "cilium" && azurerm_kubernetes_cluster.this.network_profile[0].network_data_plane == "cilium" && azurerm_kubernetes_cluster.this.network_profile[0].network_plugin_mode == "overlay"
    error_message = "The network is another one."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.network_profile[0].dns_service_ip == "10.245.0.10" && azurerm_kubernetes_cluster.this.network_profile[0].outbound_type == "userAssignedNATGateway"
    error_message = "The addresses are others."
  }
  assert {
    condition     = !azurerm_kubernetes_cluster.this.default_node_pool[0].node_public_ip_enabled && !azurerm_kubernetes_cluster_node_pool.this["work"].node_public_ip_enabled
    error_message = "Nodes have public addresses."
  }
}

run "rights_are_few" {
  assert {
    condition = toset([for assignment in [azurerm_role_assignment.cluster_network, azurerm_role_assignment.cluster_nodes, azurerm_role_assignment.pull, azurerm_role_assignment.secrets[0]] : "${assignment.role_definition_name} ${assignment.scope}"]) == toset([
      "Network Contributor ${var.node_subnet_id}", "Managed Identity Operator ${azurerm_user_assigned_identity.nodes.id}", "AcrPull ${var.registry_id}", "Key Vault Secrets User ${var.vault_id}"
    ])
    error_message = "Somebody may do more."
  }
  assert {
    condition     = azurerm_federated_identity_credential.secrets[0].subject == "system:serviceaccount:external-secrets:external-secrets" && azurerm_federated_identity_credential.secrets[0].audience == tolist(["api://AzureADTokenExchange"])
    error_message = "Another service account reads the vault."
  }
  assert {
    condition     = azurerm_role_assignment.pull.principal_id == azurerm_kubernetes_cluster.this.kubelet_identity[0].object_id
    error_message = "Nodes cannot pull."
  }
}

run "the_control_plane_is_logged" {
  assert {
    condition     = contains([for log in azurerm_monitor_diagnostic_setting.cluster.enabled_log : log.category], "kube-audit-admin") && azurerm_log_analytics_workspace.this.retention_in_days == 30
    error_message = "Nobody could say who changed what."
  }
}

run "patches_in_a_window" {
  assert {
    condition     = azurerm_kubernetes_cluster.this.automatic_upgrade_channel == "patch" && azurerm_kubernetes_cluster.this.node_os_upgrade_channel == "NodeImage" && azurerm_kubernetes_cluster.this.maintenance_window_node_os[0].start_time == "02:00"
    error_message = "Patches come otherwise."
  }
}

run "tags_everywhere" {
  assert {
    condition = alltrue([for tags in [
      azurerm_kubernetes_cluster.this.tags, azurerm_kubernetes_cluster.this.default_node_pool[0].tags, azurerm_kubernetes_cluster_node_pool.this["work"].tags,
      azurerm_user_assigned_identity.cluster.tags, azurerm_user_assigned_identity.nodes.tags, azurerm_user_assigned_identity.secrets[0].tags, azurerm_log_analytics_workspace.this.tags,
    ] : tags == tomap(var.tags)])
    error_message = "Something has no tags."
  }
}

run "small" {
  variables {
    zones       = ["1"]
    sku_tier    = "Free"
    system_pool = { vm_size = "Standard_B2ms", least = 1, most = 2 }
    pools       = {}
    vault_id    = null
  }
  assert {
    condition     = output.secrets_client_id == null && length(azurerm_role_assignment.secrets) == 0
    error_message = "Somebody reads a vault that is not there."
  }
  assert {
    condition     = length(azurerm_kubernetes_cluster_node_pool.this) == 0 && !azurerm_kubernetes_cluster.this.default_node_pool[0].only_critical_addons_enabled && azurerm_kubernetes_cluster.this.default_node_pool[0].max_count == 2
    error_message = "It is not small, or nothing of ours can run."
  }
}

run "spot_nodes_are_cheap_and_marked" {
  variables {
    pools = { cheap = { vm_size = "Standard_D4ds_v5", least = 0, most = 4, spot = true } }
  }
  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.this["cheap"].priority == "Spot" && length(azurerm_kubernetes_cluster_node_pool.this["cheap"].node_taints) == 1
    error_message = "Everything may land on nodes that go at any time."
  }
}

run "aks_chooses_nodes" {
  variables {
    node_provisioning = true
    pools             = {}
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.node_provisioning_profile[0].mode == "Auto" && !azurerm_kubernetes_cluster.this.default_node_pool[0].auto_scaling_enabled && azurerm_kubernetes_cluster.this.default_node_pool[0].min_count == null
    error_message = "Two scale the same nodes."
  }
}

run "a_private_api_server" {
  variables {
    private        = true
    operator_cidrs = []
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.private_cluster_enabled && length(azurerm_kubernetes_cluster.this.api_server_access_profile) == 0
    error_message = "The API server is public."
  }
}

run "one_minor_up" {
  command = plan
  override_data {
    target = data.azurerm_resources.cluster
    values = { resources = [{ id = "/subscriptions/0/one", name = "argosy-prod", resource_group_name = "argosy-prod", type = "Microsoft.ContainerService/managedClusters", location = "westeurope", tags = {} }] }
  }
  override_data {
    target = data.azurerm_kubernetes_cluster.running
    values = { kubernetes_version = "1.33.5" }
  }
}

run "a_version_that_steps_over_a_minor_is_refused" {
  command         = plan
  expect_failures = [azurerm_kubernetes_cluster.this]
  override_data {
    target = data.azurerm_resources.cluster
    values = { resources = [{ id = "/subscriptions/0/one", name = "argosy-prod", resource_group_name = "argosy-prod", type = "Microsoft.ContainerService/managedClusters", location = "westeurope", tags = {} }] }
  }
  override_data {
    target = data.azurerm_kubernetes_cluster.running
    values = { kubernetes_version = "1.32" }
  }
}

run "a_version_before_the_running_one_is_refused" {
  command         = plan
  expect_failures = [azurerm_kubernetes_cluster.this]
  override_data {
    target = data.azurerm_resources.cluster
    values = { resources = [{ id = "/subscriptions/0/one", name = "argosy-prod", resource_group_name = "argosy-prod", type = "Microsoft.ContainerService/managedClusters", location = "westeurope", tags = {} }] }
  }
  override_data {
    target = data.azurerm_kubernetes_cluster.running
    values = { kubernetes_version = "1.35" }
  }
}

run "a_version_that_does_not_exist_is_refused" {
  command         = plan
  expect_failures = [azurerm_kubernetes_cluster.this]
  variables {
    kubernetes_version = "1.99"
  }
}

run "a_version_with_its_patch_is_refused" {
  command         = plan
  expect_failures = [var.kubernetes_version]
  variables {
    kubernetes_version = "1.34.1"
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

run "a_zone_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.zones]
  variables {
    zones = ["westeurope-1"]
  }
}

run "an_unknown_tier_is_refused" {
  command         = plan
  expect_failures = [var.sku_tier]
  variables {
    sku_tier = "Paid"
  }
}

run "a_subnet_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.node_subnet_id]
  variables {
    node_subnet_id = "nodes"
  }
}

run "addresses_that_are_none_are_refused" {
  command         = plan
  expect_failures = [var.cluster_cidrs]
  variables {
    cluster_cidrs = { pods = "10.244.0.0/16", services = "10.245.0.0" }
  }
}

run "a_private_operator_is_refused" {
  command         = plan
  expect_failures = [var.operator_cidrs]
  variables {
    operator_cidrs = ["10.0.0.0/8"]
  }
}

run "an_api_server_for_nobody_in_particular_is_refused" {
  command         = plan
  expect_failures = [var.operator_cidrs]
  variables {
    operator_cidrs = []
  }
}

run "a_cluster_that_nobody_administers_is_refused" {
  command         = plan
  expect_failures = [var.admin_group_object_ids]
  variables {
    admin_group_object_ids = []
  }
}

run "a_group_by_name_is_refused" {
  command         = plan
  expect_failures = [var.admin_group_object_ids]
  variables {
    admin_group_object_ids = ["platform"]
  }
}

run "a_size_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.system_pool]
  variables {
    system_pool = { vm_size = "D2ds_v5", least = 1, most = 2 }
  }
}

run "a_pool_without_nodes_is_refused" {
  command         = plan
  expect_failures = [var.system_pool]
  variables {
    system_pool = { vm_size = "Standard_D2ds_v5", least = 0, most = 2 }
  }
}

run "a_disk_that_holds_no_system_is_refused" {
  command         = plan
  expect_failures = [var.system_pool]
  variables {
    system_pool = { vm_size = "Standard_D2ds_v5", least = 1, most = 2, disk = 8 }
  }
}

run "a_pool_with_a_long_name_is_refused" {
  command         = plan
  expect_failures = [var.pools]
  variables {
    pools = { workers-of-argosy = { vm_size = "Standard_D4ds_v5", least = 1, most = 2 } }
  }
}

run "a_pool_that_shrinks_only_is_refused" {
  command         = plan
  expect_failures = [var.pools]
  variables {
    pools = { work = { vm_size = "Standard_D4ds_v5", least = 3, most = 2 } }
  }
}

run "pools_beside_node_provisioning_are_refused" {
  command         = plan
  expect_failures = [var.pools]
  variables {
    node_provisioning = true
  }
}

run "a_window_that_is_too_short_is_refused" {
  command         = plan
  expect_failures = [var.maintenance]
  variables {
    maintenance = { hours = 1 }
  }
}

run "a_week_of_logs_is_refused" {
  command         = plan
  expect_failures = [var.log_days]
  variables {
    log_days = 7
  }
}

run "no_logs_at_all_are_refused" {
  command         = plan
  expect_failures = [var.log_gib_a_day]
  variables {
    log_gib_a_day = 0
  }
}

run "a_registry_by_address_is_refused" {
  command         = plan
  expect_failures = [var.registry_id]
  variables {
    registry_id = "argosy4f1c.azurecr.io"
  }
}

run "a_vault_by_name_alone_is_refused" {
  command         = plan
  expect_failures = [var.vault_id]
  variables {
    vault_id = "argosy-prod-4f1c"
  }
}

run "a_service_account_without_namespace_is_refused" {
  command         = plan
  expect_failures = [var.secrets_service_account]
  variables {
    secrets_service_account = "external-secrets"
  }
}
