# Three zones, a way out that outlives one, and the two ports that browsers and devices come to.
cidr         = "10.64.0.0/16"
taken_cidrs  = { dev = "10.65.0.0/16" }
zones        = 3
nat          = "zone-redundant"
public_ports = [443, 8883]
