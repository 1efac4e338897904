variables {
  environment = "prod"
  region      = "eu-central-1"
  repository  = "https://github.com/you/argosy"
  cluster = {
    name                  = "argosy-prod"
    arn                   = "arn:aws:eks:eu-central-1:123456789012:cluster/argosy-prod"
    endpoint              = "https://example.eks.amazonaws.com"
    certificate_authority = "LS0="
  }
}

run "the_kubeconfig_is_of_this_cluster" {
  command = plan

  assert {
    condition     = yamldecode(output.kubeconfig).clusters[0].cluster.server == var.cluster.endpoint
    error_message = "It is another cluster's."
  }
}

run "a_cluster_elsewhere_is_refused" {
  command         = plan
  expect_failures = [var.cluster]

  variables {
    cluster = { name = "argosy-prod", arn = "arn:aws:eks:us-east-1:123456789012:cluster/argosy-prod", endpoint = "https://example.eks.amazonaws.com", certificate_authority = "LS0=" }
  }
}

run "a_region_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "Frankfurt"
  }
}
