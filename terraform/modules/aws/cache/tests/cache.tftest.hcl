mock_provider "aws" {
  mock_resource "aws_elasticache_replication_group" {
    defaults = { primary_endpoint_address = "master.argosy-prod.cache.example" }
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
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required"
    error_message = "Somebody may connect without TLS."
  }
  assert {
    condition     = tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled) && aws_elasticache_replication_group.this.kms_key_id == var.kms_key_arn
    error_message = "Data are not encrypted with the environment's key."
  }
}

run "nobody_is_anonymous" {
  assert {
    condition     = aws_elasticache_user.default.access_string == "off -@all" && aws_elasticache_user.default.no_password_required != true && aws_elasticache_user.api.no_password_required != true
    error_message = "The default user, or one without a password, may do something."
  }
  assert {
    condition     = strcontains(aws_elasticache_user.api.access_string, "-@admin -@dangerous")
    error_message = "The API may administer it."
  }
}

run "the_password_is_in_no_state" {
  assert {
    condition     = aws_elasticache_user.api.passwords == null && aws_secretsmanager_secret_version.this.secret_string_wo == null && aws_secretsmanager_secret_version.this.secret_string_wo_version == 1
    error_message = "The state has the password."
  }
}

run "another_node_takes_over" {
  assert {
    condition     = aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "Nothing takes over."
  }
}

run "one_node_has_nobody_to_take_over" {
  variables {
    nodes = 1
  }
  assert {
    condition     = !aws_elasticache_replication_group.this.automatic_failover_enabled && !aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "One node cannot fail over."
  }
}

run "only_the_cluster_gets_in" {
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.clients) == 2 && alltrue([for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port == 6379 && rule.to_port == 6379])
    error_message = "More than Valkey, or more than the cluster, is let in."
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

run "no_subnet_is_refused" {
  command         = plan
  expect_failures = [var.subnet_ids]

  variables {
    subnet_ids = []
  }
}

run "a_version_that_does_not_exist_is_refused" {
  command         = plan
  expect_failures = [var.engine_version]

  variables {
    engine_version = "6.2"
  }
}

run "a_type_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.node_type]

  variables {
    node_type = "t4g.small"
  }
}

run "too_many_nodes_are_refused" {
  command         = plan
  expect_failures = [var.nodes]

  variables {
    nodes = 7
  }
}

run "half_a_password_is_refused" {
  command         = plan
  expect_failures = [var.password_version]

  variables {
    password_version = 1.5
  }
}

run "a_window_without_an_end_is_refused" {
  command         = plan
  expect_failures = [var.maintenance_window]

  variables {
    maintenance_window = "sunday"
  }
}

run "a_folder_with_a_slash_is_refused" {
  command         = plan
  expect_failures = [var.folder]

  variables {
    folder = "argosy/prod"
  }
}
