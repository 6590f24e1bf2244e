"""Who may do what, what was done, and work that runs in the background; knows nothing of sales."""
