"""What accounts, customers and areas are worth: tables in, tables out."""
