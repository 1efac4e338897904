variables {
  repository = "https://github.com/you/argosy.git"
  kubeconfig = "tests/kubeconfig"
}

run "it_follows_the_repository" {
  command = plan

  assert {
    condition     = output.repository == "https://github.com/you/argosy.git@main"
    error_message = "It follows ${output.repository}."
  }
}
