terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
  }
}

provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true

  # What the layers make things of. Who applies those may not register anything.
  resource_provider_registrations = "none"
  resource_providers_to_register = [
    "Microsoft.Authorization", "Microsoft.Cache", "Microsoft.Compute", "Microsoft.ContainerRegistry", "Microsoft.ContainerService", "Microsoft.DBforPostgreSQL", "Microsoft.Insights",
    "Microsoft.KeyVault", "Microsoft.KubernetesConfiguration", "Microsoft.ManagedIdentity", "Microsoft.Network", "Microsoft.OperationalInsights", "Microsoft.Storage",
  ]

  features {
    # The account takes no keys, and whoever makes it has no role in it yet.
    storage {
      data_plane_available = false
    }
  }
}
