# Azure lets a virtual network talk to itself: each group ends with a rule that does not, after the few that are named.
locals {
  nodes = [var.subnets.private[0]]

  subnets = {
    nodes     = azurerm_subnet.nodes.id
    endpoints = azurerm_subnet.endpoints.id
    database  = azurerm_subnet.database.id
  }

  # Pods have addresses of their own, which the network sees between nodes. A database is reached by its standby, too.
  inbound = merge(
    {
      nodes-from-cluster        = { group = "nodes", priority = 100, protocol = "*", ports = ["0-65535"], networks = concat(local.nodes, [var.cluster_cidrs.pods]), tag = null }
      nodes-from-load-balancers = { group = "nodes", priority = 110, protocol = "*", ports = ["0-65535"], networks = null, tag = "AzureLoadBalancer" }
      endpoints-from-nodes      = { group = "endpoints", priority = 100, protocol = "Tcp", ports = ["443", "10000"], networks = local.nodes, tag = null }
      database-from-nodes       = { group = "database", priority = 100, protocol = "Tcp", ports = ["5432", "6432"], networks = local.nodes, tag = null }
      database-from-itself      = { group = "database", priority = 110, protocol = "Tcp", ports = ["5432", "6432"], networks = [var.subnets.database[0]], tag = null }
    },
    {
      for name in length(var.public_ports) > 0 ? ["nodes-from-internet"] : [] :
      name => { group = "nodes", priority = 120, protocol = "Tcp", ports = [for port in var.public_ports : tostring(port)], networks = null, tag = "Internet" }
    },
  )
}

resource "azurerm_network_security_group" "this" {
  for_each = local.subnets

  name                = "${var.prefix}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_network_security_rule" "inbound" {
  for_each = local.inbound

  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.value.group].name

  name      = each.key
  priority  = each.value.priority
  direction = "Inbound"
  access    = "Allow"
  protocol  = each.value.protocol

  source_address_prefix      = each.value.tag
  source_address_prefixes    = each.value.networks
  source_port_range          = "*"
  destination_address_prefix = "*"
  destination_port_ranges    = each.value.ports
}

resource "azurerm_network_security_rule" "nothing_else" {
  for_each = local.subnets

  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.key].name

  name                       = "nothing-else"
  priority                   = 4096
  direction                  = "Inbound"
  access                     = "Deny"
  protocol                   = "*"
  source_address_prefix      = "*"
  source_port_range          = "*"
  destination_address_prefix = "*"
  destination_port_range     = "*"
}

resource "azurerm_network_security_rule" "database_stays_inside" {
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this["database"].name

  name                       = "no-internet"
  priority                   = 4096
  direction                  = "Outbound"
  access                     = "Deny"
  protocol                   = "*"
  source_address_prefix      = "*"
  source_port_range          = "*"
  destination_address_prefix = "Internet"
  destination_port_range     = "*"
}

# The tag Internet has Azure's own services in it, two of which PostgreSQL needs: where it archives its log, and whom it asks about people.
resource "azurerm_network_security_rule" "database_to_azure" {
  for_each = { Storage = 100, AzureActiveDirectory = 110 }

  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this["database"].name

  name                       = "to-${lower(each.key)}"
  priority                   = each.value
  direction                  = "Outbound"
  access                     = "Allow"
  protocol                   = "Tcp"
  source_address_prefix      = "*"
  source_port_range          = "*"
  destination_address_prefix = each.key
  destination_port_range     = "443"
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = local.subnets

  subnet_id                 = each.value
  network_security_group_id = azurerm_network_security_group.this[each.key].id

  depends_on = [
    azurerm_network_security_rule.inbound,
    azurerm_network_security_rule.nothing_else,
    azurerm_network_security_rule.database_stays_inside,
    azurerm_network_security_rule.database_to_azure,
  ]
}
