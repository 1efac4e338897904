# What the services keep secret besides database and cache: made during an apply and written to Secrets Manager; Terraform's state never has it. The names are
# those that kustomize/components/secrets-aws asks for, and `argosy secrets` makes elsewhere.
#
# uuid() is 122 bits of the system's random source, known during an apply alone; it goes into write-only arguments alone.
locals {
  random = { for name in ["admin-password", "admin-token", "broker", "ingest", "seal-key", "simulator"] : name => sensitive(replace("${uuid()}${uuid()}", "-", "")) }

  contents = {
    api-bootstrap = { admin-password = local.random["admin-password"], admin-token = "argosy_${local.random["admin-token"]}" }
    broker        = { token = "argosy_${local.random["broker"]}" }
    ingest        = { token = "argosy_${local.random["ingest"]}" }
    simulator     = { token = "argosy_${local.random["simulator"]}" }
  }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = toset(["api-bootstrap", "broker", "ingest", "simulator"])

  name                    = "${var.folder}/${each.value}"
  description             = "Made by Terraform; read by External Secrets"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = aws_secretsmanager_secret.this

  secret_id                = each.value.id
  secret_string_wo         = jsonencode(local.contents[each.key])
  secret_string_wo_version = var.password_version
}

resource "aws_secretsmanager_secret" "seal_key" {
  name                    = "${var.folder}/seal-key"
  description             = "Seals the private keys of the fleets' authorities; without it they are lost"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_version" "seal_key" {
  secret_id                = aws_secretsmanager_secret.seal_key.id
  secret_string_wo         = jsonencode({ seal-key = local.random["seal-key"] })
  secret_string_wo_version = 1
}
