# A VPC over the zones of a region: public subnets for load balancers and NAT, private ones for the cluster, and those of the database, which
# nothing leads out of.
data "aws_region" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  # Local zones have no managed databases.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  count = length(var.subnets.private)
  zones = length(var.zones) > 0 ? var.zones : slice(data.aws_availability_zones.available.names, 0, min(local.count, length(data.aws_availability_zones.available.names)))
  nat   = { none = 0, one = 1, per-zone = local.count }[var.nat]
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = var.prefix }

  lifecycle {
    precondition {
      condition     = length(local.zones) == local.count
      error_message = "subnets spans ${local.count} zones, and region ${data.aws_region.current.region} has ${length(data.aws_availability_zones.available.names)}: take another region, or fewer zones."
    }
  }
}

# What nobody assigns a group to may talk to nobody.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.prefix}-default-closed" }
}

resource "aws_subnet" "public" {
  count = local.count

  vpc_id            = aws_vpc.this.id
  cidr_block        = var.subnets.public[count.index]
  availability_zone = local.zones[count.index]

  tags = { Name = "${var.prefix}-public-${local.zones[count.index]}", "kubernetes.io/role/elb" = "1" }
}

resource "aws_subnet" "private" {
  count = local.count

  vpc_id            = aws_vpc.this.id
  cidr_block        = var.subnets.private[count.index]
  availability_zone = local.zones[count.index]

  tags = { Name = "${var.prefix}-private-${local.zones[count.index]}", "kubernetes.io/role/internal-elb" = "1" }
}

resource "aws_subnet" "database" {
  count = local.count

  vpc_id            = aws_vpc.this.id
  cidr_block        = var.subnets.database[count.index]
  availability_zone = local.zones[count.index]

  tags = { Name = "${var.prefix}-database-${local.zones[count.index]}" }
}
