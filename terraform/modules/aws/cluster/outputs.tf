output "name" {
  description = "The cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "The cluster, as a policy names it."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "The address of its control plane."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Who signed the control plane's certificate: PEM in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "kubernetes_version" {
  description = "The version that runs."
  value       = aws_eks_cluster.this.version
}

output "pod_role_arns" {
  description = "What pods may do in AWS, by the names of `pod_roles`."
  value       = { for name, role in aws_iam_role.pods : name => role.arn }
}
