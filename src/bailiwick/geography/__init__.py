"""Positions, distances and neighbourhood: geometry that knows no territories."""
