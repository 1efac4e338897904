variables {
  environment = "prod"
  repository  = { url = "https://github.com/you/argosy.git" }
  cluster = {
    name                  = "argosy-prod"
    arn                   = "arn:aws:eks:eu-central-1:123456789012:cluster/argosy-prod"
    endpoint              = "https://example.eks.amazonaws.com"
    certificate_authority = "LS0="
  }
}

run "the_kubeconfig_holds_no_secret" {
  command = plan

  assert {
    condition     = tolist(yamldecode(output.kubeconfig).users[0].user.exec.args) == tolist(["eks", "get-token", "--cluster-name", "argosy-prod", "--region", "eu-central-1", "--output", "json"])
    error_message = "It asks for another cluster: ${output.kubeconfig}"
  }
  assert {
    condition     = toset(keys(yamldecode(output.kubeconfig).users[0].user)) == toset(["exec"])
    error_message = "It holds more than a question."
  }
}

run "an_endpoint_without_https_is_refused" {
  command         = plan
  expect_failures = [var.cluster]

  variables {
    cluster = { name = "argosy-prod", arn = "arn:aws:eks:eu-central-1:123456789012:cluster/argosy-prod", endpoint = "example", certificate_authority = "LS0=" }
  }
}
