"""Files in and out: imports with a dry run, an account of every row, and a way back."""
