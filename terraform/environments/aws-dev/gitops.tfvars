revision  = "main"
protected = false
