# One zone, and a way out that is in one.
cidr        = "10.65.0.0/16"
taken_cidrs = { prod = "10.64.0.0/16" }
zones       = 1
nat         = "one"
