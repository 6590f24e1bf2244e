"""Figures from more order lines than memory holds: one set of expressions, on DuckDB here or on a Spark cluster."""
