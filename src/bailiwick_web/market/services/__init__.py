"""The one write path of what is known of the market."""
