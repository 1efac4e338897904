variables {
  environment = "prod"
  owner       = "platform@example.com"
}

run "names_and_tags" {
  command = plan

  assert {
    condition     = output.prefix == "argosy-prod" && output.compact == "argosyprod"
    error_message = "The names are ${output.prefix} and ${output.compact}."
  }
  assert {
    condition     = output.tags.environment == "prod" && output.tags.managed-by == "terraform" && output.tags.owner == "platform@example.com"
    error_message = "A tag is missing."
  }
}

run "subnets_do_not_overlap" {
  command = plan

  variables {
    cidr = "10.64.0.0/16"
  }
  assert {
    condition     = output.subnets.private == tolist(["10.64.0.0/19", "10.64.32.0/19", "10.64.64.0/19"])
    error_message = "Private subnets moved: ${jsonencode(output.subnets.private)}."
  }
  assert {
    condition     = output.subnets.public == tolist(["10.64.96.0/22", "10.64.100.0/22", "10.64.104.0/22"])
    error_message = "Public subnets moved: ${jsonencode(output.subnets.public)}."
  }
  assert {
    condition     = output.subnets.database == tolist(["10.64.108.0/24", "10.64.109.0/24", "10.64.110.0/24"])
    error_message = "Database subnets moved: ${jsonencode(output.subnets.database)}."
  }
}

run "the_smallest_network_has_room" {
  command = plan

  variables {
    cidr = "192.168.16.0/20"
  }
  assert {
    condition     = alltrue([for network in output.subnets.database : endswith(network, "/28")])
    error_message = "AWS wants at least a /28: ${jsonencode(output.subnets.database)}."
  }
}

run "a_zone_more_moves_nobody" {
  command = plan

  variables {
    environment = "dev"
    zones       = 2
  }
  assert {
    condition     = output.subnets.public == tolist(["10.64.96.0/22", "10.64.100.0/22"]) && output.subnets.database == tolist(["10.64.108.0/24", "10.64.109.0/24"])
    error_message = "The addresses depend on the number of zones."
  }
}

run "neighbours_that_do_not_overlap_are_fine" {
  command = plan

  variables {
    taken_cidrs = { dev = "10.65.0.0/16", office = "192.168.0.0/24", lan = "10.0.0.0/10" }
  }
}

run "an_overlap_is_refused" {
  command         = plan
  expect_failures = [var.taken_cidrs]

  variables {
    taken_cidrs = { office = "10.64.8.0/24" }
  }
}

run "a_network_around_it_is_an_overlap" {
  command         = plan
  expect_failures = [var.taken_cidrs]

  variables {
    taken_cidrs = { everything = "10.0.0.0/8" }
  }
}

run "a_taken_network_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.taken_cidrs]

  variables {
    taken_cidrs = { office = "10.64.8.0" }
  }
}

run "prod_without_three_zones_is_refused" {
  command         = plan
  expect_failures = [var.zones]

  variables {
    zones = 2
  }
}

run "no_zone_is_refused" {
  command         = plan
  expect_failures = [var.zones]

  variables {
    environment = "dev"
    zones       = 0
  }
}

run "a_name_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.environment]

  variables {
    environment = "productionwest"
  }
}

run "a_project_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.project]

  variables {
    project = "Argosy"
  }
}

run "an_owner_that_no_tag_can_hold_is_refused" {
  command         = plan
  expect_failures = [var.owner]

  variables {
    owner = "us & them"
  }
}

run "a_repository_without_https_is_refused" {
  command         = plan
  expect_failures = [var.repository]

  variables {
    repository = "git@github.com:argosy/argosy"
  }
}

run "a_network_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.cidr]

  variables {
    cidr = "10.64.0.0/24"
  }
}

run "a_network_that_begins_elsewhere_is_refused" {
  command         = plan
  expect_failures = [var.cidr]

  variables {
    cidr = "10.64.3.0/16"
  }
}

run "a_public_network_is_refused" {
  command         = plan
  expect_failures = [var.cidr]

  variables {
    cidr = "52.0.0.0/16"
  }
}
