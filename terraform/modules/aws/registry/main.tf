# ECR: a tag names one image for ever, what is pushed is looked through for known weaknesses, and what a build left goes by itself.
locals {
  repositories = toset(concat([for name in var.images : "${var.project}/${name}"], [for name in var.charts : "${var.project}/charts/${name}"]))
}

resource "aws_ecr_repository" "this" {
  for_each = local.repositories

  name                 = each.value
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !var.protected

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = local.repositories

  repository = aws_ecr_repository.this[each.value].name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "What a build left"
      selection = {
        tagStatus   = "untagged"
        countType   = "sinceImagePushed"
        countUnit   = "days"
        countNumber = var.untagged_days
      }
      action = { type = "expire" }
    }]
  })
}
