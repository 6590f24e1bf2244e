"""Words and addresses for the templates of insights."""
