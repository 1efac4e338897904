# Change it to your fork. The rest is as layers/local/gitops has it.
repository = "https://github.com/argosy/argosy.git"
