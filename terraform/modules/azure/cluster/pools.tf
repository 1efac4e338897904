# Nodes of everything but the cluster's own programs.
resource "azurerm_kubernetes_cluster_node_pool" "this" {
  for_each = var.pools

  name                  = each.key
  kubernetes_cluster_id = azurerm_kubernetes_cluster.this.id
  mode                  = "User"
  vm_size               = each.value.vm_size
  orchestrator_version  = var.kubernetes_version
  os_sku                = "AzureLinux"
  os_disk_size_gb       = each.value.disk
  max_pods              = 110
  zones                 = var.zones
  vnet_subnet_id        = var.node_subnet_id
  tags                  = var.tags

  host_encryption_enabled = var.host_encryption
  node_public_ip_enabled  = false

  auto_scaling_enabled = true
  min_count            = each.value.least
  max_count            = each.value.most

  priority        = each.value.spot ? "Spot" : "Regular"
  eviction_policy = each.value.spot ? "Delete" : null
  # Up to the price of the others.
  spot_max_price = each.value.spot ? -1 : null
  node_labels    = each.value.spot ? { "kubernetes.azure.com/scalesetpriority" = "spot" } : {}
  node_taints    = each.value.spot ? ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"] : []

  # A pool's name has 12 letters at most, and a temporary one must not be a pool's.
  temporary_name_for_rotation = "tmp${substr(sha256(each.key), 0, 8)}"

  # Spot nodes take no surge.
  dynamic "upgrade_settings" {
    for_each = each.value.spot ? [] : ["33%"]

    content {
      max_surge                     = upgrade_settings.value
      drain_timeout_in_minutes      = 30
      node_soak_duration_in_minutes = 0
    }
  }

  lifecycle {
    ignore_changes = [node_count]
  }
}
