# What the roles may do, each action by its name, in the resource group of one environment. Who plans looks; who applies also changes, and gives the cluster four
# roles and no other, and to no person.
locals {
  all = ["read", "write", "delete"]

  # Types of things that the layers make, and what an apply does with them.
  things = {
    "Microsoft.Network/virtualNetworks"                                             = concat(local.all, ["join/action"])
    "Microsoft.Network/virtualNetworks/subnets"                                     = concat(local.all, ["join/action"])
    "Microsoft.Network/networkSecurityGroups"                                       = concat(local.all, ["join/action"])
    "Microsoft.Network/networkSecurityGroups/securityRules"                         = local.all
    "Microsoft.Network/publicIPAddresses"                                           = concat(local.all, ["join/action"])
    "Microsoft.Network/natGateways"                                                 = concat(local.all, ["join/action"])
    "Microsoft.Network/privateDnsZones"                                             = concat(local.all, ["join/action"])
    "Microsoft.Network/privateDnsZones/SOA"                                         = ["read"]
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks"                         = local.all
    "Microsoft.Network/privateEndpoints"                                            = local.all
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"                       = local.all
    "Microsoft.Network/networkInterfaces"                                           = ["read"]
    "Microsoft.KeyVault/vaults"                                                     = concat(local.all, ["privateEndpointConnectionsApproval/action"])
    "Microsoft.DBforPostgreSQL/flexibleServers"                                     = concat(local.all, ["restart/action"])
    "Microsoft.DBforPostgreSQL/flexibleServers/administrators"                      = local.all
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations"                      = ["read", "write"]
    "Microsoft.DBforPostgreSQL/flexibleServers/databases"                           = local.all
    "Microsoft.Cache/redisEnterprise"                                               = concat(local.all, ["privateEndpointConnectionsApproval/action"])
    "Microsoft.Cache/redisEnterprise/databases"                                     = local.all
    "Microsoft.ManagedIdentity/userAssignedIdentities"                              = concat(local.all, ["assign/action"])
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials" = local.all
    "Microsoft.ContainerService/managedClusters"                                    = local.all
    "Microsoft.ContainerService/managedClusters/agentPools"                         = local.all
    "Microsoft.ContainerService/managedClusters/maintenanceConfigurations"          = local.all
    "Microsoft.KubernetesConfiguration/extensions"                                  = local.all
    "Microsoft.KubernetesConfiguration/extensions/operations"                       = ["read"]
    "Microsoft.KubernetesConfiguration/fluxConfigurations"                          = local.all
    "Microsoft.KubernetesConfiguration/fluxConfigurations/operations"               = ["read"]
    "Microsoft.OperationalInsights/workspaces"                                      = local.all
    "Microsoft.Insights/diagnosticSettings"                                         = local.all
    # Made, and not taken away: a lock would hold nothing otherwise.
    "Microsoft.Authorization/locks"                              = ["read", "write"]
    "Microsoft.Authorization/roleAssignments"                    = local.all
    "Microsoft.Authorization/roleDefinitions"                    = ["read"]
    "Microsoft.Resources/subscriptions/resourceGroups"           = ["read"]
    "Microsoft.Resources/subscriptions/resourceGroups/resources" = ["read"]
  }

  # The provider asks for these whenever it looks: who may enter the cluster (which lets nobody in by itself), and two keys.
  look_twice = [
    "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
    "Microsoft.Cache/redisEnterprise/databases/listKeys/action",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
  ]

  # The provider compares secrets with what it wrote, so even a plan reads them.
  read_secrets  = ["Microsoft.KeyVault/vaults/secrets/getSecret/action", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"]
  write_secrets = ["Microsoft.KeyVault/vaults/secrets/setSecret/action", "Microsoft.KeyVault/vaults/secrets/delete", "Microsoft.KeyVault/vaults/secrets/recover/action"]

  may = {
    plan = {
      actions      = concat([for thing, verbs in local.things : "${thing}/read" if contains(verbs, "read")], local.look_twice)
      data_actions = local.read_secrets
    }
    apply = {
      actions      = concat(flatten([for thing, verbs in local.things : [for verb in verbs : "${thing}/${verb}"]]), local.look_twice)
      data_actions = concat(local.read_secrets, local.write_secrets)
    }
  }

  # What an apply may give, and take away again: modules/azure/cluster says to whom. The ids are Azure's own.
  grantable = {
    environment = {
      "Key Vault Secrets User"    = "4633458b-17de-408a-b874-0445c86b69e6"
      "Managed Identity Operator" = "f1a07417-d97a-45cb-824c-7a7467783830"
      "Network Contributor"       = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    }
    registry = { "AcrPull" = "7f951dda-4ed3-4680-a7ca-43fe172d538d" }
  }
  # In Azure's own language: whoever writes or deletes an assignment does so of these roles, and of identities rather than people.
  grants = {
    for place, roles in local.grantable : place => join(" AND ", [
      for verb, side in { write = "Request", delete = "Resource" } : join("", [
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${verb}'})) OR ",
        "(@${side}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${join(", ", values(roles))}} AND ",
        "@${side}[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}))",
      ])
    ])
  }

  # The pipelines' identities, and people, who apply by hand.
  people    = { for name, operator in var.operators : "operator/${name}" => { id = operator.object_id, type = operator.type } }
  pipelines = { for name, of in local.of_environments : name => { id = azurerm_user_assigned_identity.this[name].principal_id, type = "ServicePrincipal" } }

  # Who may do what in which environment.
  holders = merge(
    { for name, of in local.of_environments : name => merge(of, local.pipelines[name]) },
    merge([for name, operator in var.operators : {
      for environment in operator.environments : "${environment}-apply/${name}" => merge({ environment = environment, may = "apply" }, local.people["operator/${name}"])
    }]...),
  )
}

resource "azurerm_role_definition" "environment" {
  for_each = local.of_environments

  name              = "${var.project}-${each.key}"
  description       = each.value.may == "plan" ? "Looks at what Terraform makes in ${each.value.environment}" : "Makes, changes and takes away what Terraform describes of ${each.value.environment}"
  scope             = azurerm_resource_group.environment[each.value.environment].id
  assignable_scopes = [azurerm_resource_group.environment[each.value.environment].id]

  permissions {
    actions      = local.may[each.value.may].actions
    data_actions = local.may[each.value.may].data_actions
  }
}

resource "azurerm_role_assignment" "environment" {
  for_each = local.holders

  scope              = azurerm_resource_group.environment[each.value.environment].id
  role_definition_id = azurerm_role_definition.environment["${each.value.environment}-${each.value.may}"].role_definition_resource_id
  principal_id       = each.value.id
  principal_type     = each.value.type

  condition         = each.value.may == "apply" ? local.grants.environment : null
  condition_version = each.value.may == "apply" ? "2.0" : null
}

# What a subscription is asked and no resource group can answer: versions of Kubernetes, vaults that were deleted, what there is.
resource "azurerm_role_definition" "lookup" {
  name              = "${var.project}-lookup"
  description       = "Looks up what a region offers and what there is"
  scope             = "/subscriptions/${var.subscription_id}"
  assignable_scopes = ["/subscriptions/${var.subscription_id}"]

  permissions {
    actions = [
      "Microsoft.ContainerService/locations/orchestrators/read",
      "Microsoft.KeyVault/locations/deletedVaults/read",
      "Microsoft.Resources/subscriptions/read",
      "Microsoft.Resources/subscriptions/resources/read",
    ]
  }
}

resource "azurerm_role_assignment" "lookup" {
  for_each = merge(local.pipelines, local.people)

  scope              = "/subscriptions/${var.subscription_id}"
  role_definition_id = azurerm_role_definition.lookup.role_definition_resource_id
  principal_id       = each.value.id
  principal_type     = each.value.type
}

# An apply of the layer cluster lets its nodes pull.
resource "azurerm_role_definition" "pull_grant" {
  name              = "${var.project}-pull-grant"
  description       = "Lets clusters pull from the registry"
  scope             = azurerm_resource_group.platform.id
  assignable_scopes = [azurerm_resource_group.platform.id]

  permissions {
    actions = concat(["Microsoft.ContainerRegistry/registries/read"], [for verb in local.all : "Microsoft.Authorization/roleAssignments/${verb}"])
  }
}

resource "azurerm_role_assignment" "pull_grant" {
  for_each = merge({ for name, of in local.of_environments : name => local.pipelines[name] if of.may == "apply" }, local.people)

  scope              = module.registry.registry_id
  role_definition_id = azurerm_role_definition.pull_grant.role_definition_resource_id
  principal_id       = each.value.id
  principal_type     = each.value.type
  condition          = local.grants.registry
  condition_version  = "2.0"
}

# States: who plans reads them, who applies writes them. To lock one is to write it, so a plan of a pipeline locks none: TF_CLI_ARGS_plan=-lock=false.
resource "azurerm_role_assignment" "state" {
  for_each = local.holders

  scope                = azurerm_storage_container.state[each.value.environment].id
  role_definition_name = each.value.may == "plan" ? "Storage Blob Data Reader" : "Storage Blob Data Contributor"
  principal_id         = each.value.id
  principal_type       = each.value.type
}
