mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/argosy-prod/flow" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/argosy-prod-flow-logs" }
  }
}

variables {
  prefix = "argosy-prod"
  cidr   = "10.64.0.0/16"
  subnets = {
    private  = ["10.64.0.0/19", "10.64.32.0/19", "10.64.64.0/19"]
    public   = ["10.64.96.0/22", "10.64.100.0/22", "10.64.104.0/22"]
    database = ["10.64.108.0/24", "10.64.109.0/24", "10.64.110.0/24"]
  }
}

run "three_zones_with_a_way_out_each" {
  assert {
    condition     = output.zones == tolist(["eu-central-1a", "eu-central-1b", "eu-central-1c"])
    error_message = "Zones: ${jsonencode(output.zones)}."
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(distinct(aws_route.private[*].nat_gateway_id)) == 3
    error_message = "Each zone wants a NAT gateway of its own."
  }
  assert {
    condition = alltrue(flatten([for subnets in [aws_subnet.public, aws_subnet.private, aws_subnet.database] : [
      for index, subnet in subnets : subnet.availability_zone == output.zones[index]
    ]]))
    error_message = "A subnet is in another zone than its number says."
  }
}

run "subnets_do_not_overlap" {
  assert {
    condition     = length(distinct(concat(aws_subnet.public[*].cidr_block, aws_subnet.private[*].cidr_block, aws_subnet.database[*].cidr_block))) == 9
    error_message = "Two subnets have the same addresses."
  }
}

run "the_database_has_no_route_out" {
  assert {
    condition     = length(aws_route_table.database.route) == 0 && alltrue([for route in concat([aws_route.public], aws_route.private) : route.route_table_id != aws_route_table.database.id])
    error_message = "The route table of the database has a route."
  }
  assert {
    condition     = alltrue([for association in aws_route_table_association.database : association.route_table_id == aws_route_table.database.id]) && length(aws_route_table_association.database) == 3
    error_message = "A subnet of the database has another route table."
  }
}

run "nothing_gets_a_public_address_by_itself" {
  assert {
    condition     = alltrue([for subnet in concat(aws_subnet.public, aws_subnet.private, aws_subnet.database) : subnet.map_public_ip_on_launch != true])
    error_message = "A subnet gives out public addresses."
  }
  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The default security group lets something pass."
  }
}

run "no_policy_has_a_wildcard" {
  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_role_policy.flow.policy).Statement :
      alltrue([for action in statement.Action : !strcontains(action, "*")]) && !contains(statement.Resource, "*")
    ])
    error_message = "A policy allows everything: ${aws_iam_role_policy.flow.policy}"
  }
}

run "one_gateway_for_all" {
  variables {
    nat = "one"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.private) == 3 && length(distinct(aws_route.private[*].nat_gateway_id)) == 1
    error_message = "All zones want the one NAT gateway."
  }
}

run "no_way_out" {
  variables {
    nat       = "none"
    endpoints = ["ecr.api", "sts"]
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.private) == 0 && length(aws_eip.nat) == 0
    error_message = "There is a way out."
  }
  assert {
    condition     = aws_vpc_endpoint.interface["ecr.api"].service_name == "com.amazonaws.eu-central-1.ecr.api" && aws_vpc_endpoint.interface["sts"].private_dns_enabled
    error_message = "An endpoint is not what was asked for."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.endpoints) == 3 && alltrue([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.from_port == 443])
    error_message = "Endpoints are open to more than HTTPS from private subnets."
  }
}

run "flow_logs_see_everything" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.retention_in_days == 30
    error_message = "Flow logs leave something out."
  }
}

run "a_prefix_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.prefix]
  variables {
    prefix = "argosy-productionwest-europe"
  }
}

run "a_network_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.cidr]
  variables {
    cidr = "10.64.0.0"
  }
}

run "unequal_subnets_are_refused" {
  command         = plan
  expect_failures = [var.subnets]
  variables {
    subnets = { private = ["10.64.0.0/19", "10.64.32.0/19"], public = ["10.64.96.0/22"], database = ["10.64.108.0/24", "10.64.109.0/24"] }
  }
}

run "one_zone_is_refused" {
  command         = plan
  expect_failures = [var.subnets]
  variables {
    subnets = { private = ["10.64.0.0/19"], public = ["10.64.96.0/22"], database = ["10.64.108.0/24"] }
  }
}

run "zones_that_do_not_match_are_refused" {
  command         = plan
  expect_failures = [var.zones]
  variables {
    zones = ["eu-central-1a"]
  }
}

run "a_region_with_too_few_zones_is_refused" {
  command         = plan
  expect_failures = [aws_vpc.this]
  override_data {
    target = data.aws_availability_zones.available
    values = { names = ["us-west-1a", "us-west-1c"] }
  }
}

run "an_unknown_kind_of_nat_is_refused" {
  command         = plan
  expect_failures = [var.nat]
  variables {
    nat = "two"
  }
}

run "an_endpoint_by_its_whole_name_is_refused" {
  command         = plan
  expect_failures = [var.endpoints]
  variables {
    endpoints = ["COM.AMAZONAWS.ECR"]
  }
}

run "days_that_cloudwatch_does_not_know_are_refused" {
  command         = plan
  expect_failures = [var.flow_log_days]
  variables {
    flow_log_days = 31
  }
}
