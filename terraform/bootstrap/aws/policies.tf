# What each role may do, each action by its name. An action that AWS cannot confine to a resource (most that only look, and most of EC2) is confined to the region, and
# where it changes something to what has the project's tag or is being given it.
locals {
  in_region = { StringEquals = { "aws:RequestedRegion" = var.region } }
  is_ours   = { StringEquals = { "aws:RequestedRegion" = var.region, "aws:ResourceTag/project" = var.project } }
  becomes   = { StringEquals = { "aws:RequestedRegion" = var.region, "aws:RequestTag/project" = var.project } }

  policies = {
    state-read = {
      description = "Reads states, and locks them"
      statements = [
        { Sid = "List", Effect = "Allow", Action = ["s3:ListBucket", "s3:GetBucketVersioning"], Resource = [local.names.state] },
        { Sid = "Read", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${local.names.state}/*.tfstate"] },
        { Sid = "Lock", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource = ["${local.names.state}/*.tflock"] },
        { Sid = "Decrypt", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [module.key.arn] },
      ]
    }
    state-write = {
      description = "Writes states"
      statements = [
        { Sid = "Write", Effect = "Allow", Action = ["s3:PutObject"], Resource = ["${local.names.state}/*.tfstate"] },
      ]
    }
    look = {
      description = "Looks at what Terraform makes"
      statements = [
        {
          Sid = "Region", Effect = "Allow", Resource = ["*"], Condition = local.in_region
          Action = [
            "ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute", "ec2:DescribeAvailabilityZones", "ec2:DescribeFlowLogs", "ec2:DescribeInternetGateways", "ec2:DescribeLaunchTemplates",
            "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeNatGateways", "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints",
            "ec2:DescribeVpcEndpointServices", "ec2:DescribeVpcs",
            "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource",
            "eks:DescribeAccessEntry", "eks:DescribeAddon", "eks:DescribeAddonConfiguration", "eks:DescribeAddonVersions", "eks:DescribeCluster", "eks:DescribeNodegroup",
            "eks:DescribePodIdentityAssociation", "eks:DescribeUpdate", "eks:ListAccessEntries", "eks:ListAddons", "eks:ListAssociatedAccessPolicies", "eks:ListClusters", "eks:ListNodegroups",
            "eks:ListPodIdentityAssociations", "eks:ListTagsForResource",
            "elasticache:DescribeCacheClusters", "elasticache:DescribeCacheSubnetGroups", "elasticache:DescribeReplicationGroups", "elasticache:DescribeUserGroups", "elasticache:DescribeUsers",
            "elasticache:ListTagsForResource",
            "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags",
            "logs:DescribeLogGroups", "logs:ListTagsForResource",
            "rds:DescribeDBClusterParameterGroups", "rds:DescribeDBClusterParameters", "rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBSubnetGroups",
            "rds:DescribeGlobalClusters", "rds:ListTagsForResource",
            "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds",
          ]
        },
        {
          Sid    = "Roles", Effect = "Allow", Resource = [local.names.roles]
          Action = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:ListRoleTags"]
        },
        { Sid = "Self", Effect = "Allow", Resource = ["*"], Action = ["sts:GetCallerIdentity"] },
      ]
    }
    change-network = {
      description = "Networks, and the environment's key"
      statements = [
        {
          Sid = "Make", Effect = "Allow", Resource = ["*"], Condition = local.becomes
          Action = [
            "ec2:AllocateAddress", "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateLaunchTemplate", "ec2:CreateNatGateway", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup",
            "ec2:CreateSubnet", "ec2:CreateVpc", "ec2:CreateVpcEndpoint", "kms:CreateKey", "kms:TagResource",
          ]
        },
        {
          # What is made within a VPC, or of an address, is asked of these as well.
          Sid = "Within", Effect = "Allow", Resource = ["*"], Condition = local.is_ours
          Action = [
            "ec2:CreateNatGateway", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateVpcEndpoint", "ec2:CreateFlowLogs",
            "ec2:AssociateAddress", "ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateLaunchTemplateVersion", "ec2:CreateRoute", "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteLaunchTemplate", "ec2:DeleteNatGateway", "ec2:DeleteRoute",
            "ec2:DeleteRouteTable", "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway", "ec2:DisassociateAddress",
            "ec2:DisassociateRouteTable", "ec2:ModifyLaunchTemplate", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
            "ec2:ReleaseAddress", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress", "ec2:RunInstances",
            "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
            "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DeleteAlias", "kms:EnableKeyRotation", "kms:Encrypt", "kms:GenerateDataKey", "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
          ]
        },
        { Sid = "Tag", Effect = "Allow", Resource = ["*"], Condition = local.becomes, Action = ["ec2:CreateTags"] },
        {
          # An alias has no tags of its own.
          Sid      = "Alias", Effect = "Allow", Action = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
          Resource = ["arn:${local.partition}:kms:${var.region}:${local.account}:alias/${var.project}-*"]
        },
        {
          Sid    = "Logs", Effect = "Allow", Resource = local.names.logs
          Action = ["logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DisassociateKmsKey", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"]
        },
        { Sid = "Deliver", Effect = "Allow", Resource = ["*"], Condition = local.in_region, Action = ["logs:CreateLogDelivery", "logs:DeleteLogDelivery"] },
      ]
    }
    change-data = {
      description = "Databases, caches and secrets"
      statements = [
        {
          Sid = "Database", Effect = "Allow", Resource = local.names.rds
          Action = [
            "rds:AddTagsToResource", "rds:CreateDBCluster", "rds:CreateDBClusterParameterGroup", "rds:CreateDBClusterSnapshot", "rds:CreateDBInstance", "rds:CreateDBSubnetGroup",
            "rds:DeleteDBCluster", "rds:DeleteDBClusterParameterGroup", "rds:DeleteDBInstance", "rds:DeleteDBSubnetGroup", "rds:ModifyDBCluster", "rds:ModifyDBClusterParameterGroup",
            "rds:ModifyDBInstance", "rds:ModifyDBSubnetGroup", "rds:RebootDBInstance", "rds:RemoveTagsFromResource", "rds:ResetDBClusterParameterGroup",
          ]
        },
        {
          Sid = "Cache", Effect = "Allow", Resource = concat(local.names.cache, local.names.defaults)
          Action = [
            "elasticache:AddTagsToResource", "elasticache:CreateCacheSubnetGroup", "elasticache:CreateReplicationGroup", "elasticache:CreateUser", "elasticache:CreateUserGroup",
            "elasticache:DecreaseReplicaCount", "elasticache:DeleteCacheSubnetGroup", "elasticache:DeleteReplicationGroup", "elasticache:DeleteUser", "elasticache:DeleteUserGroup",
            "elasticache:IncreaseReplicaCount", "elasticache:ModifyCacheSubnetGroup", "elasticache:ModifyReplicationGroup", "elasticache:ModifyUser", "elasticache:ModifyUserGroup",
            "elasticache:RemoveTagsFromResource",
          ]
        },
        {
          # Written, and never read: whoever applies has no use for a password.
          Sid    = "Secrets", Effect = "Allow", Resource = concat(local.names.secrets, [local.names.managed])
          Action = ["secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret"]
        },
      ]
    }
    change-cluster = {
      description = "Clusters"
      statements = [
        {
          Sid = "Clusters", Effect = "Allow", Resource = local.names.clusters
          Action = [
            "eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "eks:CreateAddon", "eks:CreateCluster", "eks:CreateNodegroup", "eks:CreatePodIdentityAssociation", "eks:DeleteAccessEntry",
            "eks:DeleteAddon", "eks:DeleteCluster", "eks:DeleteNodegroup", "eks:DeletePodIdentityAssociation", "eks:DisassociateAccessPolicy", "eks:TagResource", "eks:UntagResource",
            "eks:UpdateAccessEntry", "eks:UpdateAddon", "eks:UpdateClusterConfig", "eks:UpdateClusterVersion", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion",
            "eks:UpdatePodIdentityAssociation",
          ]
        },
      ]
    }
    change-roles = {
      description = "Roles of what Terraform makes, and no others; none of the pipelines' own"
      statements = [
        {
          Sid = "Roles", Effect = "Allow", Resource = [local.names.roles, local.names.profiles]
          Action = [
            "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
          ]
        },
        {
          Sid       = "Pass", Effect = "Allow", Resource = [local.names.roles], Action = ["iam:PassRole"]
          Condition = { StringEquals = { "iam:PassedToService" = ["eks.amazonaws.com", "ec2.amazonaws.com", "pods.eks.amazonaws.com", "vpc-flow-logs.amazonaws.com"] } }
        },
        {
          Sid       = "Linked", Effect = "Allow", Action = ["iam:CreateServiceLinkedRole"]
          Resource  = ["arn:${local.partition}:iam::${local.account}:role/aws-service-role/*"]
          Condition = { StringEquals = { "iam:AWSServiceName" = ["eks.amazonaws.com", "eks-nodegroup.amazonaws.com", "rds.amazonaws.com", "elasticache.amazonaws.com"] } }
        },
        {
          # Nobody gives themselves more.
          Sid      = "NotOwn", Effect = "Deny"
          Resource = [for role in ["plan", "apply", "push"] : "arn:${local.partition}:iam::${local.account}:role/${var.project}-${role}"]
          Action = [
            "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
          ]
        },
      ]
    }
    push = {
      description = "Images and charts of the registry"
      statements = [
        { Sid = "SignIn", Effect = "Allow", Resource = ["*"], Condition = local.in_region, Action = ["ecr:GetAuthorizationToken"] },
        {
          Sid = "Push", Effect = "Allow", Resource = module.registry.repository_arns
          Action = [
            "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload",
            "ecr:ListImages", "ecr:PutImage", "ecr:UploadLayerPart",
          ]
        },
        { Sid = "Encrypt", Effect = "Allow", Resource = [module.key.arn], Action = ["kms:Decrypt", "kms:GenerateDataKey"] },
      ]
    }
  }
}
