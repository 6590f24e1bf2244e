"""Users: inviting them, their roles, taking access away."""
