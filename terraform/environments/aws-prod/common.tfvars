# Of all layers. Change owner and repository.
project     = "argosy"
environment = "prod"
owner       = "platform@example.com"
repository  = "https://github.com/argosy/argosy"
region      = "eu-central-1"
