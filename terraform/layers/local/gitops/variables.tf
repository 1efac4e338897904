variable "environment" {
  description = "The environment: a folder of kustomize/overlays and of gitops/RECONCILER."
  type        = string
  default     = "local"
}

variable "repository" {
  description = "The repository that the cluster follows."
  type        = string
}

variable "revision" {
  description = "Its branch or tag."
  type        = string
  default     = "main"
}

variable "reconciler" {
  description = "argocd or flux."
  type        = string
  default     = "argocd"
}

variable "manifest" {
  description = "A file with the reconciler's own manifest, where GitHub cannot be reached."
  type        = string
  default     = ""
}

variable "kubeconfig" {
  description = "The file that `kubectl` reaches the cluster by; scripts/platform gives that of KUBECONFIG."
  type        = string
  default     = "~/.kube/config"
}

variable "context" {
  description = "A context of it; the current one where it is empty."
  type        = string
  default     = ""
}

variable "facts" {
  description = "What the cluster is."
  type        = map(string)
  default     = { cloud = "local" }
}

variable "timeout" {
  description = "For how many seconds it is waited."
  type        = number
  default     = 900
}

variable "protected" {
  description = "Whether a destroy is refused."
  type        = bool
  default     = false
}
