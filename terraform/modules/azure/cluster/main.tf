# AKS: people come by Entra ID alone, pods by Workload Identity, the network is Azure's overlay with Cilium, and nodes come and go over zones by themselves.
resource "azurerm_kubernetes_cluster" "this" {
  name                = var.prefix
  resource_group_name = var.resource_group_name
  location            = var.location
  dns_prefix          = var.prefix
  node_resource_group = "${var.prefix}-nodes"
  tags                = var.tags

  kubernetes_version        = var.kubernetes_version
  sku_tier                  = var.sku_tier
  automatic_upgrade_channel = "patch"
  node_os_upgrade_channel   = "NodeImage"

  local_account_disabled            = true
  role_based_access_control_enabled = true
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  # It would run commands in the cluster past its API server.
  run_command_enabled     = false
  private_cluster_enabled = var.private

  image_cleaner_enabled        = true
  image_cleaner_interval_hours = 48

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled     = true
    admin_group_object_ids = var.admin_group_object_ids
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.cluster.id]
  }

  kubelet_identity {
    client_id                 = azurerm_user_assigned_identity.nodes.client_id
    object_id                 = azurerm_user_assigned_identity.nodes.principal_id
    user_assigned_identity_id = azurerm_user_assigned_identity.nodes.id
  }

  dynamic "api_server_access_profile" {
    for_each = var.private ? [] : [var.operator_cidrs]

    content {
      authorized_ip_ranges = api_server_access_profile.value
    }
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    outbound_type       = "userAssignedNATGateway"
    pod_cidr            = var.cluster_cidrs.pods
    service_cidr        = var.cluster_cidrs.services
    dns_service_ip      = cidrhost(var.cluster_cidrs.services, 10)
  }

  default_node_pool {
    name                 = "system"
    vm_size              = var.system_pool.vm_size
    orchestrator_version = var.kubernetes_version
    os_sku               = "AzureLinux"
    os_disk_size_gb      = var.system_pool.disk
    max_pods             = 110
    zones                = var.zones
    vnet_subnet_id       = var.node_subnet_id
    tags                 = var.tags

    host_encryption_enabled      = var.host_encryption
    node_public_ip_enabled       = false
    only_critical_addons_enabled = length(var.pools) > 0 || var.node_provisioning

    # AKS chooses the other nodes by itself, or adds to this pool; it cannot do both.
    auto_scaling_enabled = !var.node_provisioning
    min_count            = var.node_provisioning ? null : var.system_pool.least
    max_count            = var.node_provisioning ? null : var.system_pool.most
    node_count           = var.system_pool.least

    temporary_name_for_rotation = "systemnew"

    upgrade_settings {
      max_surge                     = "33%"
      drain_timeout_in_minutes      = 30
      node_soak_duration_in_minutes = 0
    }
  }

  node_provisioning_profile {
    mode               = var.node_provisioning ? "Auto" : "Manual"
    default_node_pools = var.node_provisioning ? "Auto" : "None"
  }

  auto_scaler_profile {
    balance_similar_node_groups = true
    expander                    = "least-waste"
    # Argosy's pods hold nothing on their node that must stay.
    skip_nodes_with_local_storage = false
  }

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = var.maintenance.day
    start_time  = format("%02d:00", var.maintenance.hour)
    utc_offset  = "+00:00"
    duration    = var.maintenance.hours
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = var.maintenance.day
    start_time  = format("%02d:00", var.maintenance.hour)
    utc_offset  = "+00:00"
    duration    = var.maintenance.hours
  }

  lifecycle {
    # The autoscaler's.
    ignore_changes = [default_node_pool[0].node_count]

    precondition {
      condition     = contains(local.offered, var.kubernetes_version)
      error_message = "kubernetes_version ${var.kubernetes_version} is not offered in ${var.location}: AKS has ${join(", ", local.offered)} there."
    }
    precondition {
      condition     = local.asked_minor >= local.running_minor
      error_message = "kubernetes_version ${var.kubernetes_version} is older than what runs (${coalesce(local.running, "none")}): a cluster cannot go back. Write 1.${local.running_minor}, or 1.${local.running_minor + 1}."
    }
    precondition {
      condition     = local.asked_minor <= local.running_minor + 1
      error_message = "kubernetes_version ${var.kubernetes_version} steps over a minor version, since ${coalesce(local.running, "none")} runs: AKS goes up one at a time. Write 1.${local.running_minor + 1} first."
    }
  }

  depends_on = [azurerm_role_assignment.cluster_network, azurerm_role_assignment.cluster_nodes, azurerm_role_assignment.pull]
}
