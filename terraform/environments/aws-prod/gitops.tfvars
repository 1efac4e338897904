revision = "main"
