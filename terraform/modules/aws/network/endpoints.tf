resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.current.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = aws_route_table.private[*].id

  tags = { Name = "${var.prefix}-s3" }
}

resource "aws_security_group" "endpoints" {
  count = length(var.endpoints) > 0 ? 1 : 0

  name        = "${var.prefix}-endpoints"
  description = "Interfaces of AWS services: HTTPS from the private subnets"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.prefix}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = length(var.endpoints) > 0 ? toset(var.subnets.private) : []

  security_group_id = aws_security_group.endpoints[0].id
  description       = "HTTPS from a private subnet"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.value
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${data.aws_region.current.region}.${each.value}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = aws_security_group.endpoints[*].id

  tags = { Name = "${var.prefix}-${each.value}" }
}
