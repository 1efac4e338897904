terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  # Where it is: environments/*/backend.hcl and scripts/platform.
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = module.naming.tags
  }
}
