"""TopoJSON to shapely polygons that stay within -180..180 degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def read_layer(topology: dict[str, Any], name: str) -> list[tuple[dict[str, Any], shapely.Geometry]]:
    """Attributes (``id`` among them) and valid multipolygon of every area of a layer."""
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    found = []
    for area in topology["objects"][name]["geometries"]:
        if not area.get("type"):
            continue
        polygons = [area["arcs"]] if area["type"] == "Polygon" else area["arcs"]
        shape = polygons_only(shapely.union_all([_polygon([_ring(ring, arcs) for ring in rings]) for rings in polygons]))
        if not shape.is_empty:
            found.append(({"id": str(area.get("id", "")), **area.get("properties", {})}, shape))
    return found


def _arc(steps: list[list[int]], transform: dict[str, list[float]]) -> FloatArray:
    return np.cumsum(np.array(steps, dtype=np.int64), axis=0) * np.array(transform["scale"]) + np.array(transform["translate"])


def _ring(numbers: list[int], arcs: list[FloatArray]) -> FloatArray:
    """Join arcs; a negative number means the arc ``~number`` backwards, and the first point of the next is left out."""
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in numbers]
    return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _polygon(rings: list[FloatArray]) -> shapely.Geometry:
    """One polygon; what crosses the antimeridian is cut there, and what encloses a pole is closed along it."""
    rings = [ring for ring in rings if np.abs(ring[:, 1]).min() < 89.9]  # a ring around the pole itself is the edge of a flat map
    if len(rings[0]) < 4:  # collapsed when the atlas was thinned
        return shapely.Polygon()
    unrolled = [_unrolled(ring) for ring in rings if len(ring) >= 4]
    shape = shapely.make_valid(shapely.Polygon(unrolled[0], unrolled[1:]), method="structure", keep_collapsed=False)
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    pieces = []
    for turn in (-360, 0, 360):
        piece = shapely.intersection(shape, shapely.box(-180 + turn, -90, 180 + turn, 90))
        pieces.append(shapely.transform(piece, lambda xy, turn=turn: xy - [turn, 0]))
    return shapely.union_all(pieces)


def _unrolled(ring: FloatArray) -> FloatArray:
    """Let longitudes run on beyond 180 degrees instead of jumping."""
    step = np.diff(ring[:, 0])
    turns = np.concatenate([[0], np.cumsum(-np.rint(step / 360))])
    open_ring = ring + np.column_stack([360 * turns, np.zeros(len(ring))])
    if turns[-1] == 0:
        return open_ring
    pole = np.copysign(90.0, ring[:, 1].mean())
    first, last = open_ring[0, 0], open_ring[-1, 0]
    return np.vstack([open_ring, [[last, pole], [first, pole], open_ring[0]]])


def polygons_only(shape: shapely.Geometry) -> shapely.Geometry:
    """A valid multipolygon without points and lines."""
    parts = shapely.get_parts(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
