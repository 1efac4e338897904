mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_eks_clusters" {
    defaults = { names = [] }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/argosy-prod-role" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
  mock_resource "aws_eks_cluster" {
    defaults = { arn = "arn:aws:eks:eu-central-1:123456789012:cluster/argosy-prod", endpoint = "https://example.eks.amazonaws.com", certificate_authority = [{ data = "LS0=" }] }
  }
}

variables {
  prefix         = "argosy-prod"
  subnet_ids     = ["subnet-1", "subnet-2", "subnet-3"]
  administrators = { apply = "arn:aws:iam::123456789012:role/argosy-apply" }
  kms_key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
  pod_roles = {
    secrets = {
      namespace       = "argosy"
      service_account = "secrets"
      statements      = [{ actions = ["secretsmanager:GetSecretValue"], resources = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:argosy-prod/api-AbCdEf"] }]
    }
  }
}

run "the_control_plane_is_private_unless_networks_are_named" {
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The control plane is reached from outside."
  }
}

run "named_networks_reach_it" {
  variables {
    endpoint = { public_cidrs = ["203.0.113.0/24"] }
  }
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.0/24"])
    error_message = "Others reach it, or those do not."
  }
}

run "everything_is_logged_and_secrets_are_encrypted" {
  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5 && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "Something is not logged, or the log is not encrypted."
  }
  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].resources == toset(["secrets"]) && aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == var.kms_key_arn
    error_message = "Secrets are not encrypted with the environment's key."
  }
}

run "who_may_do_what_is_listed" {
  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Whoever made the cluster may do everything."
  }
  assert {
    condition     = aws_eks_access_entry.administrators["apply"].principal_arn == "arn:aws:iam::123456789012:role/argosy-apply"
    error_message = "The administrator is another."
  }
}

run "nodes_keep_their_rights_from_pods" {
  assert {
    condition     = aws_launch_template.nodes.metadata_options[0].http_tokens == "required" && aws_launch_template.nodes.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "A pod may ask for the node's rights."
  }
  assert {
    condition     = alltrue([for device in aws_launch_template.nodes.block_device_mappings : tobool(device.ebs[0].encrypted)])
    error_message = "A node's disk is not encrypted."
  }
  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.nodes)) == toset(["AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"])
    error_message = "Nodes may do more than join and pull."
  }
}

run "no_policy_has_a_wildcard" {
  assert {
    condition = alltrue(flatten([for policy in aws_iam_role_policy.pods : [for statement in jsondecode(policy.policy).Statement :
      alltrue([for action in statement.Action : !strcontains(action, "*")]) && !contains(statement.Resource, "*")
    ]]))
    error_message = "A policy allows everything."
  }
  assert {
    condition     = aws_eks_pod_identity_association.pods["secrets"].namespace == "argosy" && aws_eks_pod_identity_association.pods["secrets"].service_account == "secrets"
    error_message = "Another pod gets the role."
  }
}

run "drains_respect_budgets" {
  assert {
    condition     = aws_eks_node_group.this.update_config[0].max_unavailable == 1 && !aws_eks_node_group.this.force_update_version
    error_message = "An upgrade would force pods off nodes."
  }
}

run "karpenter_is_run_by_aws" {
  assert {
    condition     = aws_eks_cluster.this.compute_config[0].enabled && aws_eks_cluster.this.compute_config[0].node_pools == toset(["general-purpose"])
    error_message = "Nothing adds nodes."
  }
  assert {
    condition     = aws_eks_cluster.this.storage_config[0].block_storage[0].enabled && aws_eks_cluster.this.kubernetes_network_config[0].elastic_load_balancing[0].enabled
    error_message = "EKS wants all three on, or none."
  }
}

run "without_autoscaling_nothing_of_it_is_there" {
  variables {
    autoscaling = false
  }
  assert {
    condition     = !aws_eks_cluster.this.compute_config[0].enabled && !aws_eks_cluster.this.storage_config[0].block_storage[0].enabled && toset(keys(aws_iam_role_policy_attachment.cluster)) == toset(["AmazonEKSClusterPolicy"])
    error_message = "Something of autoscaling is there."
  }
}

run "network_policies_are_held" {
  assert {
    condition     = jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "Nothing holds the overlays' network policies."
  }
}

run "a_version_more_is_fine" {
  variables {
    kubernetes_version = "1.35"
  }
  override_data {
    target = data.aws_eks_clusters.all
    values = { names = ["argosy-prod", "argosy-dev"] }
  }
  override_data {
    target = data.aws_eks_cluster.now[0]
    values = { version = "1.34" }
  }
}

run "a_step_over_a_version_is_refused" {
  command         = plan
  expect_failures = [aws_eks_cluster.this]

  variables {
    kubernetes_version = "1.35"
  }
  override_data {
    target = data.aws_eks_clusters.all
    values = { names = ["argosy-prod"] }
  }
  override_data {
    target = data.aws_eks_cluster.now[0]
    values = { version = "1.33" }
  }
}

run "a_version_back_is_refused" {
  command         = plan
  expect_failures = [aws_eks_cluster.this]

  variables {
    kubernetes_version = "1.34"
  }
  override_data {
    target = data.aws_eks_clusters.all
    values = { names = ["argosy-prod"] }
  }
  override_data {
    target = data.aws_eks_cluster.now[0]
    values = { version = "1.35" }
  }
}

run "a_prefix_that_is_too_long_is_refused" {
  command         = plan
  expect_failures = [var.prefix]

  variables {
    prefix = "argosy-productionwest-europe"
  }
}

run "a_key_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.kms_key_arn]

  variables {
    kms_key_arn = "alias/argosy"
  }
}

run "a_version_that_does_not_exist_is_refused" {
  command         = plan
  expect_failures = [var.kubernetes_version]

  variables {
    kubernetes_version = "1.99"
  }
}

run "one_subnet_is_refused" {
  command         = plan
  expect_failures = [var.subnet_ids]

  variables {
    subnet_ids = ["subnet-1"]
  }
}

run "the_whole_internet_is_refused" {
  command         = plan
  expect_failures = [var.endpoint]

  variables {
    endpoint = { public_cidrs = ["0.0.0.0/0"] }
  }
}

run "a_network_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.endpoint]

  variables {
    endpoint = { public_cidrs = ["203.0.113.1"] }
  }
}

run "service_addresses_of_a_size_that_eks_has_not_are_refused" {
  command         = plan
  expect_failures = [var.service_cidr]

  variables {
    service_cidr = "172.20.0.0/8"
  }
}

run "types_of_two_kinds_are_refused" {
  command         = plan
  expect_failures = [var.nodes]

  variables {
    nodes = { instance_types = ["m7g.large", "m7i.large"] }
  }
}

run "a_type_that_is_none_is_refused" {
  command         = plan
  expect_failures = [var.nodes]

  variables {
    nodes = { instance_types = ["large"], arm = false }
  }
}

run "a_least_above_the_most_is_refused" {
  command         = plan
  expect_failures = [var.nodes]

  variables {
    nodes = { least = 9, most = 3 }
  }
}

run "a_disk_without_room_is_refused" {
  command         = plan
  expect_failures = [var.nodes]

  variables {
    nodes = { disk_gib = 5 }
  }
}

run "an_addon_in_capitals_is_refused" {
  command         = plan
  expect_failures = [var.addons]

  variables {
    addons = { CertManager = {} }
  }
}

run "nobody_as_administrator_is_refused" {
  command         = plan
  expect_failures = [var.administrators]

  variables {
    administrators = {}
  }
}

run "an_administrator_by_a_name_is_refused" {
  command         = plan
  expect_failures = [var.administrators]

  variables {
    administrators = { me = "somebody" }
  }
}

run "a_role_that_may_do_everything_is_refused" {
  command         = plan
  expect_failures = [var.pod_roles]

  variables {
    pod_roles = { all = { namespace = "argosy", service_account = "api", statements = [{ actions = ["s3:*"], resources = ["arn:aws:s3:::a"] }] } }
  }
}

run "a_role_for_everything_is_refused" {
  command         = plan
  expect_failures = [var.pod_roles]

  variables {
    pod_roles = { all = { namespace = "argosy", service_account = "api", statements = [{ actions = ["s3:GetObject"], resources = ["*"] }] } }
  }
}

run "days_that_cloudwatch_does_not_know_are_refused" {
  command         = plan
  expect_failures = [var.log_days]

  variables {
    log_days = 31
  }
}
