"""What the JSON interface of every app shares: signing in, problems, versions, repeats, limits, pages."""
