# Once an account, by a person who may do everything: where state is kept, the registry, whom the pipelines are, and what a plan, an apply and a push may do.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  bucket    = var.state_bucket == "" ? "${var.project}-state-${local.account}" : var.state_bucket
}

module "key" {
  source = "../../modules/aws/key"
  prefix = "${var.project}-shared"
}

module "registry" {
  source = "../../modules/aws/registry"

  project     = var.project
  images      = var.images
  charts      = var.charts
  protected   = var.protected
  kms_key_arn = module.key.arn
}
