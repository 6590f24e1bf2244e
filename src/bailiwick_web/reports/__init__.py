"""Reports: what the records of customers add up to, saved, shared, sent; the funnel; goals."""
