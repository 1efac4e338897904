# Two zones, as EKS asks, and one way out, whose zone all depend on.
cidr              = "10.65.0.0/16"
taken_cidrs       = { prod = "10.64.0.0/16" }
zones             = 2
nat               = "one"
flow_log_days     = 7
key_deletion_days = 7
