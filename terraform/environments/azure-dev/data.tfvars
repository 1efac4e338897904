# The overlay dev has servers and secrets of its own: this layer is for trying prod's, such as an upgrade of the database, and costs nothing where it is not applied.
database = {
  engine_version = "17"
  sku_name       = "B_Standard_B1ms"
  storage_gib    = 32
  backup_days    = 7
}
cache     = null
protected = false

# Change it: the networks that Terraform runs in. 0.0.0.0/0 is everywhere.
operator_cidrs = ["203.0.113.0/24"]
