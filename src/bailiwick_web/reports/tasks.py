"""Jobs of reports."""
