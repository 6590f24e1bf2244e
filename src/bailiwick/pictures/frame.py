"""A plan laid out on a flat map in km: what the page and the still picture both draw."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.domain.grouping import members_of_territories
from bailiwick.pictures.projection import Projection, fit_projection
from bailiwick.pictures.view import PlanView

ShapeArray = NDArray[np.object_]
_SMALLEST_WINDOW_KM = 2.0
_FINEST_SHARE_OF_WINDOW = 1 / 4000


@dataclass(frozen=True, eq=False)
class Frame:
    """A plan in map km, x to the right, y up.

    Attributes
    ----------
    projection
        How it got there.
    points
        Shape (n, 2).
    centres
        Shape (K, 2), NaN where there is none.
    unit_shapes, territory_shapes
        Polygons (valid, simplified where there were too many vertices) or None each; None for the whole if not given.
    label_points, label_radii
        Where a territory's name sits best, shape (K, 2), and how many km are free around it, shape (K,).
    window
        West, south, east, north of everything.
    """

    projection: Projection
    points: FloatArray
    centres: FloatArray
    unit_shapes: ShapeArray | None
    territory_shapes: ShapeArray | None
    label_points: FloatArray
    label_radii: FloatArray
    window: tuple[float, float, float, float]


def lay_out(view: PlanView, *, max_vertices: int = 1_500_000) -> Frame:
    """Project a plan and make it light enough to draw.

    Parameters
    ----------
    max_vertices
        Polygons with more vertices in all are simplified together, so that neighbours keep their common border.
    """
    projection = fit_projection(view.coordinates, is_planar=view.is_planar)
    points = projection.forward(view.coordinates)
    centres = np.full((view.n_territories, 2), np.nan)
    if view.centres is not None:
        known = np.isfinite(view.centres).all(axis=1)
        centres[known] = projection.forward(view.centres[known])
    units, territories = _shapes(view, projection, max_vertices)
    window = _window(points, centres, units, territories)
    labels, radii = _label_places(view, points, territories, window)
    return Frame(projection, points, centres, units, territories, labels, radii, window)


def polygons_of(shapes: ShapeArray) -> tuple[ShapeArray, NDArray[np.int64]]:
    """Single polygons and the index of the shape that each belongs to; points, lines and empty ones are left out."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():  # collections may hold collections
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    keep = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    return parts[keep], owner[keep].astype(np.int64)


def only_polygons(shapes: ShapeArray) -> ShapeArray:
    """The same shapes without points and lines: a (multi)polygon each, or None."""
    parts, owner = polygons_of(shapes)
    starts = np.searchsorted(owner, np.arange(len(shapes) + 1))
    clean = np.empty(len(shapes), dtype=object)
    for index, (first, end) in enumerate(pairwise(starts)):
        clean[index] = None if first == end else parts[first] if end - first == 1 else shapely.multipolygons(parts[first:end])
    return clean


def _shapes(view: PlanView, projection: Projection, max_vertices: int) -> tuple[ShapeArray | None, ShapeArray | None]:
    units = None if view.unit_shapes is None else only_polygons(projection.shapes(view.unit_shapes))
    territories = None if view.territory_shapes is None else only_polygons(projection.shapes(view.territory_shapes))
    if units is not None:
        lighter = simplified(units, max_vertices)
        if lighter is not units or territories is None:
            territories = _dissolved(lighter, view)
        return lighter, territories
    return None, None if territories is None else simplified(territories, max_vertices)


def simplified(shapes: ShapeArray, max_vertices: int) -> ShapeArray:
    """Shapes with at most ``max_vertices`` vertices in all, by the finest of a ladder of tolerances."""
    total = int(shapely.get_num_coordinates(shapes).sum())
    if total <= max_vertices:
        return shapes
    parts = np.array([shape if shape is not None else shapely.Polygon() for shape in shapes], dtype=object)
    west, south, east, north = shapely.total_bounds(parts)
    tolerance = max(east - west, north - south) / 16_000
    for _ in range(12):
        lighter = only_polygons(shapely.coverage_simplify(parts, tolerance))
        if int(shapely.get_num_coordinates(lighter).sum()) <= max_vertices:
            break
        tolerance *= 2
    return lighter


def _dissolved(units: ShapeArray, view: PlanView) -> ShapeArray:
    territories = np.empty(view.n_territories, dtype=object)
    for index, members in enumerate(members_of_territories(view.territory_idx, view.n_territories)):
        shapes = [shape for shape in units[members] if shape is not None]
        territories[index] = shapely.union_all(shapely.make_valid(np.array(shapes, dtype=object)), grid_size=1e-3) if shapes else None
    return only_polygons(territories)


def _window(points: FloatArray, centres: FloatArray, *shapes: ShapeArray | None) -> tuple[float, float, float, float]:
    corners = [points[np.isfinite(points).all(axis=1)], centres[np.isfinite(centres).all(axis=1)]]
    for group in shapes:
        if group is not None:
            bounds = shapely.bounds(group)
            bounds = bounds[np.isfinite(bounds).all(axis=1)]
            corners += [bounds[:, :2], bounds[:, 2:]]
    every = np.vstack(corners)
    if len(every) == 0:
        return -1.0, -1.0, 1.0, 1.0
    low, high = every.min(axis=0), every.max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, _SMALLEST_WINDOW_KM / 2)
    west, south = (middle - half).tolist()
    east, north = (middle + half).tolist()
    return west, south, east, north


def _label_places(
    view: PlanView, points: FloatArray, territories: ShapeArray | None, window: tuple[float, float, float, float]
) -> tuple[FloatArray, FloatArray]:
    places, radii = np.full((view.n_territories, 2), np.nan), np.zeros(view.n_territories)
    finest = max(window[2] - window[0], window[3] - window[1]) * _FINEST_SHARE_OF_WINDOW
    for index, units in enumerate(members_of_territories(view.territory_idx, view.n_territories)):
        shape = None if territories is None else territories[index]
        if shape is not None:
            parts = shapely.get_parts(shape)
            largest = parts[shapely.area(parts).argmax()]
            spoke = shapely.maximum_inscribed_circle(largest, max(np.sqrt(largest.area) / 40, finest))
            places[index], radii[index] = shapely.get_coordinates(spoke)[0], spoke.length
            continue
        members = points[units]
        if len(members):
            spread = np.hypot(*(members - np.median(members, axis=0)).T)
            places[index], radii[index] = members[spread.argmin()], np.median(spread)
    return places, radii
