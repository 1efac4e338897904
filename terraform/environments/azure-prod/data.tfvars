# Two servers of each, in different zones.
database = {
  engine_version = "17"
  sku_name       = "GP_Standard_D2ds_v5"
  storage_gib    = 128
  backup_days    = 30
  geo_backup     = true
}
cache     = { sku_name = "Balanced_B0", replicated = true }
protected = true

# Change it: the networks that Terraform runs in. 0.0.0.0/0 is everywhere.
operator_cidrs = ["203.0.113.0/24"]
