# Aurora PostgreSQL, which is reached from the cluster alone, by TLS alone, and whose password nobody chose: RDS makes it, keeps it in Secrets Manager
# and changes it.
locals {
  major = split(".", var.engine_version)[0]
}

resource "aws_db_subnet_group" "this" {
  name       = var.prefix
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.prefix}-database"
  description = "PostgreSQL from the cluster, and nothing out"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.client_cidrs

  security_group_id = aws_security_group.this.id
  description       = "PostgreSQL from ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = each.value
}

resource "aws_rds_cluster_parameter_group" "this" {
  name_prefix = "${var.prefix}-${local.major}-"
  family      = "aurora-postgresql${local.major}"
  description = "What Argosy wants of PostgreSQL ${local.major}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  # What a blue/green deployment of the next major version copies by; it takes effect at a restart, so it is on before it is needed.
  parameter {
    name         = "rds.logical_replication"
    value        = "1"
    apply_method = "pending-reboot"
  }
  # A client that went away in a transaction holds locks on devices.
  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "60000"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
  parameter {
    name  = "log_lock_waits"
    value = "1"
  }

  # A new major version wants a new group while the old one is in use.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_cluster" "this" {
  cluster_identifier = var.prefix
  engine             = "aurora-postgresql"
  engine_mode        = "provisioned"
  engine_version     = var.engine_version
  database_name      = var.database.name

  master_username               = var.database.user
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name

  storage_encrypted                   = true
  kms_key_id                          = var.kms_key_arn
  iam_database_authentication_enabled = true

  backup_retention_period      = var.backup_days
  copy_tags_to_snapshot        = true
  deletion_protection          = var.protected
  skip_final_snapshot          = !var.protected
  final_snapshot_identifier    = var.protected ? "${var.prefix}-last" : null
  delete_automated_backups     = !var.protected
  preferred_maintenance_window = var.maintenance_window

  enabled_cloudwatch_logs_exports = ["postgresql"]

  dynamic "serverlessv2_scaling_configuration" {
    for_each = var.instance_class == "db.serverless" ? [var.capacity] : []

    content {
      min_capacity             = serverlessv2_scaling_configuration.value.least
      max_capacity             = serverlessv2_scaling_configuration.value.most
      seconds_until_auto_pause = serverlessv2_scaling_configuration.value.pause_after
    }
  }

  lifecycle {
    # Minor versions are AWS's, in the window; ours is the least. A major one is not changed in place: allow_major_version_upgrade stays off.
    ignore_changes = [availability_zones]
  }
}

resource "aws_rds_cluster_instance" "this" {
  count = var.instances

  identifier         = "${var.prefix}-${count.index}"
  cluster_identifier = aws_rds_cluster.this.id
  engine             = aws_rds_cluster.this.engine
  engine_version     = aws_rds_cluster.this.engine_version
  instance_class     = var.instance_class
  ca_cert_identifier = "rds-ca-rsa2048-g1"

  publicly_accessible             = false
  auto_minor_version_upgrade      = true
  copy_tags_to_snapshot           = true
  promotion_tier                  = count.index == 0 ? 0 : 1
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
}

# Where the database is, for the address that External Secrets puts together with RDS's password; nothing in it is secret.
resource "aws_secretsmanager_secret" "this" {
  name        = "${var.folder}/database"
  description = "Where the API finds PostgreSQL"
  kms_key_id  = var.kms_key_arn
  # It holds nothing that cannot be made anew.
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = jsonencode({ address = aws_rds_cluster.this.endpoint, name = aws_rds_cluster.this.database_name })
}
