kubernetes_version = "1.35"
sku_tier           = "Standard"
system_pool        = { vm_size = "Standard_D2ds_v5", least = 3, most = 6 }
pools              = { work = { vm_size = "Standard_D2ds_v5", least = 3, most = 12 } }
log_days           = 90

# Change all three: where people come from, the group that they are in, and the registry that bootstrap/azure made.
operator_cidrs         = ["203.0.113.0/24"]
admin_group_object_ids = ["00000000-0000-0000-0000-000000000000"]
registry_id            = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/argosy-platform/providers/Microsoft.ContainerRegistry/registries/argosy0000"
