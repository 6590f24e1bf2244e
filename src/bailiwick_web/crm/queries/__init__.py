"""What pages and the interface read of customers: every query begins with what the user sees."""
