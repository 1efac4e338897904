branch = "main"
