"""Pages of what is known of the market."""
