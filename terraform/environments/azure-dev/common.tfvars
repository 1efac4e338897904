# Of all layers. Change owner, repository and subscription_id.
project         = "argosy"
environment     = "dev"
owner           = "platform@example.com"
repository      = "https://github.com/argosy/argosy.git"
subscription_id = "00000000-0000-0000-0000-000000000000"
location        = "westeurope"
