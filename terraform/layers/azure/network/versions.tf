terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
  }

  # Where: environments/<environment>/backend.hcl. A blob is locked by a lease while somebody works, and identities open it, not keys.
  backend "azurerm" {
    use_azuread_auth = true
  }
}

provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true
  # bootstrap/azure has registered them: who applies a layer may not.
  resource_provider_registrations = "none"

  features {}
}
