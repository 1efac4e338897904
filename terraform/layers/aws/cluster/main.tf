# The third layer: the cluster. What is in it is no business of this layer.
module "naming" {
  source = "../../../modules/naming"

  project     = var.project
  environment = var.environment
  owner       = var.owner
  repository  = var.repository
}

module "cluster" {
  source = "../../../modules/aws/cluster"

  prefix             = var.network.prefix
  kubernetes_version = var.kubernetes_version
  subnet_ids         = var.network.private_subnet_ids
  endpoint           = { public_cidrs = var.public_cidrs }
  nodes              = var.nodes
  autoscaling        = var.autoscaling
  addons             = var.addons
  administrators     = var.administrators
  protected          = var.protected
  log_days           = var.log_days
  kms_key_arn        = var.network.kms_key_arn

  # External Secrets reads this environment's secrets, and no other's.
  pod_roles = length(var.data.secret_arns) == 0 ? {} : {
    secrets = {
      namespace       = "external-secrets"
      service_account = "external-secrets"
      statements = [
        { actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], resources = var.data.secret_arns },
        { actions = ["kms:Decrypt"], resources = [var.network.kms_key_arn] },
      ]
    }
  }
}
