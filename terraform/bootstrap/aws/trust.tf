# Pipelines sign in by a token that says which repository, and which branch, they run for; no key is kept anywhere.
locals {
  # Who says so, for whom it says it, and whose word counts: subjects that may apply and push, and subjects that may plan.
  systems = merge(
    var.github == null ? {} : {
      github = {
        issuer   = "token.actions.githubusercontent.com"
        audience = "sts.amazonaws.com"
        apply    = ["repo:${var.github}:ref:refs/heads/main", "repo:${var.github}:environment:prod", "repo:${var.github}:environment:dev"]
        plan     = ["repo:${var.github}:pull_request"]
      }
    },
    var.gitlab == null ? {} : {
      gitlab = {
        issuer   = var.gitlab.host
        audience = "https://${var.gitlab.host}"
        apply    = ["project_path:${var.gitlab.project}:ref_type:branch:ref:main"]
        plan     = ["project_path:${var.gitlab.project}:ref_type:branch:ref:*"]
      }
    },
    var.bitbucket == null ? {} : {
      bitbucket = {
        issuer   = "api.bitbucket.org/2.0/workspaces/${var.bitbucket.workspace}/pipelines-config/identity/oidc"
        audience = "ari:cloud:bitbucket::workspace/${trim(var.bitbucket.workspace_uuid, "{}")}"
        apply    = ["{${trim(var.bitbucket.repository_uuid, "{}")}}:{${trim(var.bitbucket.environment_uuid, "{}")}}:*"]
        plan     = ["{${trim(var.bitbucket.repository_uuid, "{}")}}:*"]
      }
    },
    var.azure_pipelines == null ? {} : {
      azure-pipelines = {
        issuer   = "vstoken.dev.azure.com/${var.azure_pipelines.organisation_id}"
        audience = "api://AzureADTokenExchange"
        apply    = [var.azure_pipelines.connection]
        plan     = ["${var.azure_pipelines.connection}-plan"]
      }
    },
  )

  trust = {
    for role in ["apply", "plan"] : role => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [for name, system in local.systems : {
          Effect    = "Allow"
          Action    = ["sts:AssumeRoleWithWebIdentity"]
          Principal = { Federated = [aws_iam_openid_connect_provider.this[name].arn] }
          Condition = {
            StringEquals = { "${system.issuer}:aud" = system.audience }
            StringLike   = { "${system.issuer}:sub" = system[role] }
          }
        }],
        # A person of this account who may take roles, and has shown a second factor.
        [{
          Effect    = "Allow"
          Action    = ["sts:AssumeRole"]
          Principal = { AWS = ["arn:${local.partition}:iam::${local.account}:root"] }
          Condition = { Bool = { "aws:MultiFactorAuthPresent" = ["true"] } }
        }],
      )
    })
  }
}

resource "aws_iam_openid_connect_provider" "this" {
  for_each = local.systems

  url            = "https://${each.value.issuer}"
  client_id_list = [each.value.audience]
}
