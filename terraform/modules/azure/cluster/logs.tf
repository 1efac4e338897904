# Who asked the API server for what, for the day on which somebody asks.
resource "azurerm_log_analytics_workspace" "this" {
  name                = var.prefix
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  sku                          = "PerGB2018"
  retention_in_days            = var.log_days
  daily_quota_gb               = var.log_gib_a_day
  local_authentication_enabled = false
}

resource "azurerm_monitor_diagnostic_setting" "cluster" {
  name                           = "control-plane"
  target_resource_id             = azurerm_kubernetes_cluster.this.id
  log_analytics_workspace_id     = azurerm_log_analytics_workspace.this.id
  log_analytics_destination_type = "Dedicated"

  # Not kube-audit: it has every read, too, and is ten times as much.
  dynamic "enabled_log" {
    for_each = toset(["kube-apiserver", "kube-audit-admin", "kube-controller-manager", "kube-scheduler", "cluster-autoscaler", "cloud-controller-manager", "guard"])

    content {
      category = enabled_log.value
    }
  }
}
