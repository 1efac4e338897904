terraform {
  required_version = ">= 1.11"

  # Where it is: environments/*/backend.hcl and scripts/platform.
  backend "s3" {}
}
