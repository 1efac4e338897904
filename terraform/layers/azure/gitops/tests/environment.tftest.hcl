mock_provider "azurerm" {}

variables {
  cluster = { cluster_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy/providers/Microsoft.ContainerService/managedClusters/argosy" }
}

run "its_folder_exists" {
  assert {
    condition     = fileexists("../../../../gitops/flux/${var.environment}/kustomization.yaml")
    error_message = "gitops/flux has no ${var.environment}."
  }
}
