# What the services keep secret besides database and cache: made during an apply and written to Secrets Manager; Terraform's state never has it. The names are
# those that kustomize/components/secrets-aws asks for, and `argosy secrets` makes elsewhere.
locals {
  tokens = toset(["admin", "broker", "ingest", "simulator"])

  contents = {
    api-bootstrap = {
      admin-password = ephemeral.aws_secretsmanager_random_password.admin.random_password
      admin-token    = "argosy_${ephemeral.aws_secretsmanager_random_password.token["admin"].random_password}"
    }
    broker    = { token = "argosy_${ephemeral.aws_secretsmanager_random_password.token["broker"].random_password}" }
    ingest    = { token = "argosy_${ephemeral.aws_secretsmanager_random_password.token["ingest"].random_password}" }
    simulator = { token = "argosy_${ephemeral.aws_secretsmanager_random_password.token["simulator"].random_password}" }
  }
}

# 77 digits are as many possibilities as 32 random bytes; a key of 32 bytes is 64 digits, each of which is hexadecimal, too.
ephemeral "aws_secretsmanager_random_password" "token" {
  for_each = local.tokens

  password_length            = 77
  exclude_punctuation        = true
  exclude_lowercase          = true
  exclude_uppercase          = true
  require_each_included_type = false
}

ephemeral "aws_secretsmanager_random_password" "seal_key" {
  password_length            = 64
  exclude_punctuation        = true
  exclude_lowercase          = true
  exclude_uppercase          = true
  require_each_included_type = false
}

ephemeral "aws_secretsmanager_random_password" "admin" {
  password_length     = 32
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "this" {
  for_each = toset(["api-bootstrap", "broker", "ingest", "simulator"])

  name                    = "${var.prefix}/${each.value}"
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
  name                    = "${var.prefix}/seal-key"
  description             = "Seals the private keys of the fleets' authorities; without it they are lost"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_version" "seal_key" {
  secret_id                = aws_secretsmanager_secret.seal_key.id
  secret_string_wo         = jsonencode({ seal-key = ephemeral.aws_secretsmanager_random_password.seal_key.random_password })
  secret_string_wo_version = 1
}
