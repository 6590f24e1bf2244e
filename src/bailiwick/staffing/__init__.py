"""Who works where: people and territories."""
