"""One customer, once: which records of a table are about the same account or person. Tables in, tables out."""
