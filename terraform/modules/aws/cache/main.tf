# Valkey, reached from the cluster alone, by TLS and a password alone. The password is made during an apply and written to two places, Valkey and Secrets
# Manager; Terraform's state never has it.
#
# uuid() is 122 bits of the system's random source, known during an apply alone; it goes into write-only arguments alone.
locals {
  password = sensitive(replace("${uuid()}${uuid()}", "-", ""))
}

resource "aws_elasticache_subnet_group" "this" {
  name       = var.prefix
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.prefix}-cache"
  description = "Valkey from the cluster, and nothing out"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}-cache" }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.client_cidrs

  security_group_id = aws_security_group.this.id
  description       = "Valkey from ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 6379
  to_port           = 6379
  cidr_ipv4         = each.value
}

# Every group has a user `default`; this one may do nothing.
resource "aws_elasticache_user" "default" {
  user_id       = "${var.prefix}-default"
  user_name     = "default"
  engine        = "valkey"
  access_string = "off -@all"

  passwords_wo         = local.password
  passwords_wo_version = var.password_version
}

# What the API does: streams, counters and scripts, and nothing of administration.
resource "aws_elasticache_user" "api" {
  user_id       = "${var.prefix}-api"
  user_name     = "api"
  engine        = "valkey"
  access_string = "on ~* &* +@all -@admin -@dangerous +info"

  passwords_wo         = local.password
  passwords_wo_version = var.password_version
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.prefix
  engine        = "valkey"
  user_ids      = [aws_elasticache_user.default.user_id, aws_elasticache_user.api.user_id]
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.prefix
  description          = "Live tail and rate limits of ${var.prefix}"
  engine               = "valkey"
  engine_version       = var.engine_version
  node_type            = var.node_type
  port                 = 6379

  num_cache_clusters         = var.nodes
  automatic_failover_enabled = var.nodes > 1
  multi_az_enabled           = var.nodes > 1

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = [aws_security_group.this.id]
  user_group_ids     = [aws_elasticache_user_group.this.user_group_id]

  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"

  maintenance_window = var.maintenance_window
  # Nothing in it is the truth, so there is nothing to restore.
  snapshot_retention_limit = 0
}

resource "aws_secretsmanager_secret" "this" {
  name        = "${var.folder}/cache"
  description = "How the API reaches Valkey"
  kms_key_id  = var.kms_key_arn
  # It holds nothing that cannot be made anew.
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id = aws_secretsmanager_secret.this.id

  secret_string_wo = jsonencode({
    url = "rediss://api:${local.password}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379"
  })
  secret_string_wo_version = var.password_version
}
