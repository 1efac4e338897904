# Names, tags and addresses of an environment, in one place: no module makes up its own.
locals {
  prefix = "${var.project}-${var.environment}"

  # Private subnets are large, since every pod has an address; public ones hold load balancers and NAT; those of the database a few servers.
  # Three of each are cut always, so that a zone more moves nobody's addresses.
  cut = cidrsubnets(var.cidr, 3, 3, 3, 6, 6, 6, 8, 8, 8)
}
