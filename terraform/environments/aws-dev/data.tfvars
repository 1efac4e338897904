# The overlay dev has servers of its own: this layer is for trying prod's, such as an upgrade of the database, and costs nothing where it is not applied.
database = {
  engine_version = "17.5"
  instances      = 1
  capacity       = { least = 0, most = 2, pause_after = 600 }
  backup_days    = 1
  protected      = false
}
cache   = { nodes = 1, node_type = "cache.t4g.micro" }
secrets = { folder = "argosy-dev", recovery_days = 0 }
