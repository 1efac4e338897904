# Where the state is: what bootstrap/azure made. Change the account's name, which no other subscription can have, and the subscription.
subscription_id      = "00000000-0000-0000-0000-000000000000"
resource_group_name  = "argosy-platform"
storage_account_name = "argosystate0000"
container_name       = "prod"
