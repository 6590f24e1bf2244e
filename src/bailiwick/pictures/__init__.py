"""Maps, charts and reports as data: a plan view in, files and specifications out."""
