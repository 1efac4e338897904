# Pipelines sign in by a token that says what they run for; no password is kept anywhere. Each identity trusts the tokens of a few subjects, whole ones: Entra ID
# compares them letter by letter.
locals {
  of_environments = merge([for environment in var.environments : { for may in ["plan", "apply"] : "${environment}-${may}" => { environment = environment, may = may } }]...)
  identities      = toset(concat(["push", "pull"], keys(local.of_environments)))

  github = var.github == null ? {} : merge(
    {
      "push/github-main"         = "repo:${var.github}:ref:refs/heads/main"
      "push/github-release"      = "repo:${var.github}:environment:release"
      "pull/github-main"         = "repo:${var.github}:ref:refs/heads/main"
      "pull/github-pull-request" = "repo:${var.github}:pull_request"
    },
    # Not pull_request: a plan reads the state and the vault, so a person should have looked at what runs.
    { for name, of in local.of_environments : "${name}/github" => "repo:${var.github}:environment:${of.environment}${of.may == "plan" ? "-plan" : ""}" },
  )
  gitlab          = var.gitlab == null ? {} : { for name in local.identities : "${name}/gitlab" => "project_path:${var.gitlab.project}:ref_type:branch:ref:${var.gitlab.branch}" }
  azure_pipelines = var.azure_pipelines == null ? {} : { for name in local.identities : "${name}/azure-pipelines" => "sc://${var.azure_pipelines.organisation}/${var.azure_pipelines.project}/${var.project}-${name}" }

  credentials = merge(
    { for key, subject in local.github : key => { issuer = "https://token.actions.githubusercontent.com", subject = subject, audience = "api://AzureADTokenExchange" } },
    { for key, subject in local.gitlab : key => { issuer = "https://${var.gitlab.host}", subject = subject, audience = "api://AzureADTokenExchange" } },
    { for key, subject in local.azure_pipelines : key => { issuer = "https://vstoken.dev.azure.com/${var.azure_pipelines.organisation_id}", subject = subject, audience = "api://AzureADTokenExchange" } },
    { for name, other in var.others : "${other.identity}/${name}" => { issuer = other.issuer, subject = other.subject, audience = other.audience } },
  )
}

resource "azurerm_user_assigned_identity" "this" {
  for_each = local.identities

  name                = "${var.project}-${each.key}"
  resource_group_name = azurerm_resource_group.platform.name
  location            = var.location
  tags                = local.tags
}

resource "azurerm_federated_identity_credential" "this" {
  for_each = local.credentials

  name                      = split("/", each.key)[1]
  user_assigned_identity_id = azurerm_user_assigned_identity.this[split("/", each.key)[0]].id
  issuer                    = each.value.issuer
  subject                   = each.value.subject
  audience                  = [each.value.audience]
}
