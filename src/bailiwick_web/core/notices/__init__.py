"""What people are told: a message in the application, and the same by mail for those who want it."""
