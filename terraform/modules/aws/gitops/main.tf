# Argo CD or Flux on EKS, by a kubeconfig that holds no secret: whoever applies this is asked by AWS who they are.
locals {
  # arn:aws:eks:REGION:ACCOUNT:cluster/NAME
  arn     = split(":", var.cluster.arn)
  region  = local.arn[3]
  account = local.arn[4]

  kubeconfig = yamlencode({
    apiVersion      = "v1"
    kind            = "Config"
    current-context = var.cluster.name
    clusters = [{
      name    = var.cluster.name
      cluster = { server = var.cluster.endpoint, certificate-authority-data = var.cluster.certificate_authority }
    }]
    contexts = [{
      name    = var.cluster.name
      context = { cluster = var.cluster.name, user = var.cluster.name }
    }]
    users = [{
      name = var.cluster.name
      user = {
        exec = {
          apiVersion      = "client.authentication.k8s.io/v1beta1"
          command         = "aws"
          args            = ["eks", "get-token", "--cluster-name", var.cluster.name, "--region", local.region, "--output", "json"]
          interactiveMode = "Never"
        }
      }
    }]
  })
}

module "gitops" {
  source = "../../kubernetes/gitops"

  kubeconfig          = { content = local.kubeconfig }
  environment         = var.environment
  repository          = var.repository.url
  revision            = var.repository.revision
  reconciler          = var.reconciler
  manifest            = var.manifest
  credentials         = var.credentials
  credentials_version = var.credentials_version
  facts               = merge({ cloud = "aws", region = local.region, account = local.account, cluster = var.cluster.name }, var.facts)
  timeout             = var.timeout
  protected           = var.protected
}
