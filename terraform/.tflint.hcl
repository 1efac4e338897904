# What `make terraform-test` asks TFLint to look at. The rules of AWS and Azure are theirs: `tflint --init` fetches them where GitHub can be reached, once they are named
# here as plugins with a version.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# A module's files are named after what is in them, such as routes.tf.
rule "terraform_standard_module_structure" {
  enabled = false
}
