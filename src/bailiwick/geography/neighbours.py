"""Neighbourhood, in one place: from polygons, from points, across the water, and between territories."""

from bailiwick.geography.borders import from_shapes
from bailiwick.geography.islands import island_notice, link_islands, territory_adjacency
from bailiwick.geography.proximity import from_points

__all__ = ["from_points", "from_shapes", "island_notice", "link_islands", "territory_adjacency"]
