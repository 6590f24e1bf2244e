"""Levels above the territories, designed together with them."""
