"""Forms of the pages of customers: what a browser sends, as services take it."""
