"""Levels above the territories: what was asked, what came of it, and how it is kept."""

from bailiwick.api.levels.asked import AskedLevel, Levels, parse_levels, resolve_levels

__all__ = ["AskedLevel", "Levels", "parse_levels", "resolve_levels"]
