# Two servers of each, in different zones.
database = {
  engine_version = "17.5"
  instances      = 2
  capacity       = { least = 1, most = 16 }
  backup_days    = 30
}
cache = { nodes = 2, node_type = "cache.t4g.small" }
