# Three zones, each with a way out of its own, and AWS's services without any.
cidr        = "10.64.0.0/16"
taken_cidrs = { dev = "10.65.0.0/16" }
zones       = 3
nat         = "per-zone"
endpoints   = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "secretsmanager", "sts"]
