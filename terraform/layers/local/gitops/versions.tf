terraform {
  required_version = ">= 1.11"

  # A cluster on one machine is known to one machine.
  backend "local" {}
}
