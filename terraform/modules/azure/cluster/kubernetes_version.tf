# What AKS has, and what runs, looked up while planning: a version that does not exist, or that skips one, is refused before anything is changed.
data "azurerm_kubernetes_service_versions" "this" {
  location        = var.location
  include_preview = false
}

# A data source of a cluster fails where there is none, so the clusters are listed first.
data "azurerm_resources" "cluster" {
  resource_group_name = var.resource_group_name
  type                = "Microsoft.ContainerService/managedClusters"
  name                = var.prefix
}

data "azurerm_kubernetes_cluster" "running" {
  count = length(data.azurerm_resources.cluster.resources) > 0 ? 1 : 0

  resource_group_name = var.resource_group_name
  name                = var.prefix
}

locals {
  offered = distinct([for version in data.azurerm_kubernetes_service_versions.this.versions : join(".", slice(split(".", version), 0, 2))])
  running = one(data.azurerm_kubernetes_cluster.running[*].kubernetes_version)

  asked_minor   = tonumber(split(".", var.kubernetes_version)[1])
  running_minor = local.running == null ? local.asked_minor : tonumber(split(".", local.running)[1])
}
