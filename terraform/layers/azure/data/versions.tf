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

  features {
    # Who applies may not purge what was deleted; a vault or a secret of the same name comes back.
    key_vault {
      purge_soft_delete_on_destroy          = false
      purge_soft_deleted_secrets_on_destroy = false
      recover_soft_deleted_key_vaults       = true
      recover_soft_deleted_secrets          = true
    }

    # wal_level takes effect at a restart.
    postgresql_flexible_server {
      restart_server_on_configuration_value_change = true
    }
  }
}
