# Where the state is: what bootstrap/aws made. Change the bucket's name, which no other account can have.
bucket       = "argosy-state-123456789012"
region       = "eu-central-1"
use_lockfile = true
encrypt      = true
