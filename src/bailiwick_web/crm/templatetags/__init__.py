"""Words of customers in templates."""
