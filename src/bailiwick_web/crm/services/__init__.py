"""The one write path to the records of customers."""
