"""Construction: a first balanced and connected plan."""
