"""Improvement: annealed search over moves of units between neighbouring territories."""
