mock_provider "aws" {
  mock_resource "aws_rds_cluster" {
    defaults = { master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!cluster-1-AbCdEf", kms_key_id = "k", secret_status = "active" }] }
  }
}

variables {
  prefix       = "argosy-prod"
  vpc_id       = "vpc-1"
  subnet_ids   = ["subnet-1", "subnet-2", "subnet-3"]
  client_cidrs = { a = "10.64.0.0/19", b = "10.64.32.0/19" }
  kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
}

run "everything_is_encrypted" {
  assert {
    condition     = aws_rds_cluster.this.storage_encrypted && aws_rds_cluster.this.kms_key_id == var.kms_key_arn && aws_rds_cluster.this.master_user_secret_kms_key_id == var.kms_key_arn
    error_message = "Data or password are not encrypted with the environment's key."
  }
  assert {
    condition     = anytrue([for parameter in aws_rds_cluster_parameter_group.this.parameter : parameter.name == "rds.force_ssl" && parameter.value == "1"])
    error_message = "Somebody may connect without TLS."
  }
}

run "nobody_chose_the_password" {
  assert {
    condition     = aws_rds_cluster.this.manage_master_user_password && aws_rds_cluster.this.master_password == null
    error_message = "The password is ours."
  }
}

run "it_has_no_public_way_in" {
  assert {
    condition     = alltrue([for server in aws_rds_cluster_instance.this : !server.publicly_accessible])
    error_message = "A server has a public address."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.clients) == 2 && alltrue([for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port == 5432 && rule.to_port == 5432 && rule.ip_protocol == "tcp"])
    error_message = "More than PostgreSQL, or more than the cluster, is let in."
  }
}

run "it_is_hard_to_lose" {
  assert {
    condition     = aws_rds_cluster.this.deletion_protection && !aws_rds_cluster.this.skip_final_snapshot && !aws_rds_cluster.this.delete_automated_backups && aws_rds_cluster.this.backup_retention_period == 14
    error_message = "It can be deleted with all it holds."
  }
  assert {
    condition     = length(aws_rds_cluster_instance.this) == 2 && aws_rds_cluster_instance.this[0].promotion_tier == 0
    error_message = "Nothing takes over."
  }
}

run "it_is_ready_for_the_next_major_version" {
  assert {
    condition     = anytrue([for parameter in aws_rds_cluster_parameter_group.this.parameter : parameter.name == "rds.logical_replication" && parameter.value == "1"])
    error_message = "A blue/green deployment wants logical replication."
  }
  assert {
    condition     = aws_rds_cluster.this.allow_major_version_upgrade != true
    error_message = "A major version would be changed in place."
  }
}

run "what_is_thrown_away_leaves_nothing" {
  variables {
    protected = false
    instances = 1
    capacity  = { least = 0, most = 2, pause_after = 600 }
  }
  assert {
    condition     = !aws_rds_cluster.this.deletion_protection && aws_rds_cluster.this.skip_final_snapshot && aws_rds_cluster.this.delete_automated_backups
    error_message = "Something stays."
  }
  assert {
    condition     = aws_rds_cluster.this.serverlessv2_scaling_configuration[0].min_capacity == 0 && aws_rds_cluster.this.serverlessv2_scaling_configuration[0].seconds_until_auto_pause == 600
    error_message = "It does not pause."
  }
}

run "servers_of_a_class_do_not_scale" {
  variables {
    instance_class = "db.r8g.large"
  }
  assert {
    condition     = length(aws_rds_cluster.this.serverlessv2_scaling_configuration) == 0 && aws_rds_cluster_instance.this[0].instance_class == "db.r8g.large"
    error_message = "The class is not what was asked for."
  }
}

run "a_prefix_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.prefix]

  variables {
    prefix = "argosy-productionwest-europe"
  }
}

run "a_vpc_by_its_name_is_refused" {
  command         = plan
  expect_failures = [var.vpc_id]

  variables {
    vpc_id = "argosy-prod"
  }
}

run "the_whole_internet_is_refused" {
  command         = plan
  expect_failures = [var.client_cidrs]

  variables {
    client_cidrs = { all = "0.0.0.0/0" }
  }
}

run "a_key_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.kms_key_arn]

  variables {
    kms_key_arn = "alias/argosy"
  }
}

run "one_subnet_is_refused" {
  command         = plan
  expect_failures = [var.subnet_ids]

  variables {
    subnet_ids = ["subnet-1"]
  }
}

run "a_version_that_does_not_exist_is_refused" {
  command         = plan
  expect_failures = [var.engine_version]

  variables {
    engine_version = "18"
  }
}

run "no_server_is_refused" {
  command         = plan
  expect_failures = [var.instances]

  variables {
    instances = 0
  }
}

run "a_class_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.instance_class]

  variables {
    instance_class = "large"
  }
}

run "a_least_above_the_most_is_refused" {
  command         = plan
  expect_failures = [var.capacity]

  variables {
    capacity = { least = 8, most = 4 }
  }
}

run "a_pause_of_what_does_not_pause_is_refused" {
  command         = plan
  expect_failures = [var.capacity]

  variables {
    capacity = { least = 0.5, most = 4, pause_after = 600 }
  }
}

run "a_reserved_name_is_refused" {
  command         = plan
  expect_failures = [var.database]

  variables {
    database = { user = "rdsadmin" }
  }
}

run "a_year_of_backups_is_refused" {
  command         = plan
  expect_failures = [var.backup_days]

  variables {
    backup_days = 365
  }
}

run "a_window_without_an_end_is_refused" {
  command         = plan
  expect_failures = [var.maintenance_window]

  variables {
    maintenance_window = "sun:03:00"
  }
}

run "a_folder_with_a_slash_is_refused" {
  command         = plan
  expect_failures = [var.folder]

  variables {
    folder = "argosy/prod"
  }
}
