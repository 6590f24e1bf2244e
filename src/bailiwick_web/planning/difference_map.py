"""Small maps of what moves from the first scenario to each of the others: old colour as ring, new colour inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray
from bailiwick.pictures.frame import only_polygons, polygons_of, simplified
from bailiwick.pictures.projection import fit_projection
from bailiwick_web.planning.comparing import SideBySide

WIDTH = 1000
MOST_GROUND, MOST_MOVED, MOST_CORNERS = 8_000, 4_000, 60_000
NO_TERRITORY = "#9aa0a3"


@dataclass(frozen=True, slots=True)
class Dots:
    """Units that share both colours, as one path of dots or areas."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DifferenceMap:
    """A map, ready to be drawn: everything in a square of ``WIDTH``, y down.

    Attributes
    ----------
    ground, dots
        All units, and those that move: areas as outlines to be filled, places without areas as dots.
    has_areas
        Which of the two.
    ring
        Width of the line around an area: the more areas, the thinner.
    """

    name: str
    n_moved: int
    height: int
    ground: str
    dots: tuple[Dots, ...]
    has_areas: bool
    ring: str


def difference_maps(found: SideBySide) -> list[DifferenceMap]:
    """One map per scenario after the first; of very many places an even sample is drawn, areas with fewer corners."""
    marks, ground, height, has_areas = _marks(found)
    ring = f"{min(6.0, 240 / len(marks) ** 0.5):.1f}"
    maps = []
    for side, arrays, differs in list(zip(found.sides, found.arrays, found.differs, strict=True))[1:]:
        moved = found.moved[differs[found.moved]][:MOST_MOVED]
        old = _colours(found.arrays[0].territory_idx[moved], [t.colour for t in found.arrays[0].territories])
        new = _colours(arrays.territory_idx[moved], [t.colour for t in arrays.territories])
        maps.append(DifferenceMap(side["name"], side["n_moved"], height, ground, _dots(marks[moved], old, new), has_areas, ring))
    return maps


def _marks(found: SideBySide) -> tuple[NDArray[np.object_], str, int, bool]:
    """How each unit is drawn, all of them together, the height, and whether they are areas."""
    table = found.arrays[0].units.table
    projection = fit_projection(table.coordinates, is_planar=table.is_planar)
    at = projection.forward(table.coordinates)
    if table.shapes is None or all(shape is None for shape in table.shapes):
        xy, height = _in_square(at, at)
        marks = np.array([f"M{x} {y}h0" for x, y in np.rint(xy).astype(int).tolist()], dtype=object)
        return marks, "".join(marks[:: max(1, -(-len(marks) // MOST_GROUND))]), height, False
    return *_areas(projection.shapes(table.shapes), at), True


def _areas(shapes: NDArray[np.object_], at: FloatArray) -> tuple[NDArray[np.object_], str, int]:
    """Outlines of projected areas; a unit without one is a small square at its place."""
    shapes = simplified(only_polygons(shapes), MOST_CORNERS)
    polygons, unit = polygons_of(shapes)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    xy, height = _in_square(corners, np.vstack([corners, at]))
    marks = np.full(len(at), "", dtype=object)
    starts = np.searchsorted(ring, np.arange(len(rings) + 1))
    lines = np.rint(xy).astype(int).tolist()
    for n, i in enumerate(unit[polygon].tolist()):
        marks[i] += "M" + "L".join(f"{x} {y}" for x, y in lines[starts[n] : starts[n + 1]]) + "Z"
    middle, _height = _in_square(at, np.vstack([corners, at]))
    for i in np.flatnonzero(marks == "").tolist():
        x, y = np.rint(middle[i]).astype(int).tolist()
        marks[i] = f"M{x - 5} {y - 5}h10v10h-10Z"
    return marks, "".join(marks), height


def _in_square(points: FloatArray, everything: FloatArray) -> tuple[FloatArray, int]:
    """Points as places in the picture, and how high it is, so that everything fits."""
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = (WIDTH - 40) / max(float((high - low).max()), 1e-9)
    at = 20 + (points - low) * scale
    height = round(float((high - low)[1]) * scale) + 40
    at[:, 1] = height - at[:, 1]
    return at, height


def _colours(territory_idx: IntArray, colours: list[str]) -> list[str]:
    every = [*colours, NO_TERRITORY]
    return [every[j] for j in territory_idx.tolist()]


def _dots(marks: NDArray[np.object_], old: list[str], new: list[str]) -> tuple[Dots, ...]:
    groups: dict[tuple[str, str], list[int]] = {}
    for i, pair in enumerate(zip(old, new, strict=True)):
        groups.setdefault(pair, []).append(i)
    return tuple(Dots("".join(marks[members]), *pair) for pair, members in groups.items())
