output "prefix" {
  description = "What every name begins with: `argosy-prod`."
  value       = local.prefix
}

output "compact" {
  description = "The same for what allows letters and digits alone, such as registries and storage accounts: `argosyprod`."
  value       = "${var.project}${var.environment}"
}

output "tags" {
  description = "Tags of everything."
  value = {
    project     = var.project
    environment = var.environment
    owner       = var.owner
    repository  = var.repository
    managed-by  = "terraform"
  }
}

output "subnets" {
  description = "Networks by kind, one a zone. Of a /16: private /19 from its beginning, public /22, database /24."
  value = {
    private  = slice(local.cut, 0, var.zones)
    public   = slice(local.cut, 3, 3 + var.zones)
    database = slice(local.cut, 6, 6 + var.zones)
  }
}
