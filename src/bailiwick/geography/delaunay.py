"""Distinct places and their Delaunay triangles, in the plane and on the sphere."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.spatial import ConvexHull, Delaunay, QhullError

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, coordinates_to_points

GRID_STEPS = 2**31
"""Places are told apart on a grid of this many steps: 2 cm for 360 degrees."""


class Places(NamedTuple):
    """The distinct places of some units.

    Attributes
    ----------
    coordinates
        Shape (s, 2), sorted by x, then y, so that the order of the units does not matter.
    points
        The same in km, shape (s, 2) or (s, 3), like :func:`bailiwick.geography.geodesy.coordinates_to_points`.
    place_idx
        Place of each unit, shape (n,).
    """

    coordinates: FloatArray
    points: FloatArray
    place_idx: IntArray


def find_places(coordinates: FloatArray, *, is_planar: bool) -> Places:
    """Put units that share a place together.

    Examples
    --------
    >>> find_places(np.array([[180.0, 5.0], [0.0, 5.0], [-180.0, 5.0]]), is_planar=False).place_idx.tolist()
    [0, 1, 0]
    """
    at = np.array(coordinates, dtype=np.float64).reshape(-1, 2)
    if not is_planar:
        at[:, 0] = np.where(np.abs(at[:, 1]) >= 90, 0.0, (at[:, 0] + 180) % 360 - 180)
    if not len(at):
        return Places(at, coordinates_to_points(at, is_planar=is_planar), np.empty(0, np.int32))
    low = at.min(axis=0) if is_planar else np.array([-180.0, -180.0])
    extent = max(float((at - low).max()), 1e-9) if is_planar else 360.0
    steps = np.rint((at - low) * ((GRID_STEPS - 1) / extent)).astype(np.int64)
    _, first, place = np.unique((steps[:, 0] << 32) | steps[:, 1], return_index=True, return_inverse=True)
    return Places(at[first], coordinates_to_points(at[first], is_planar=is_planar), place.astype(np.int32))


def triangulate(points: FloatArray) -> IntArray:
    """Delaunay triangles of distinct points, shape (t, 3), indices of points.

    Parameters
    ----------
    points
        In km, shape (s, 2) in the plane or (s, 3) on the sphere.

    Returns
    -------
    IntArray
        Empty where all points lie on one line or circle, or are fewer than three.

    Notes
    -----
    On the sphere a circle is empty there if it is empty in the stereographic map, which keeps circles. So data within a
    hemisphere are triangulated in that map, around their middle; data all over the world by the convex hull of the points,
    whose faces are the Delaunay triangles of the sphere.
    """
    if len(points) < 3:
        return np.empty((0, 3), np.int32)
    if points.shape[1] == 2:
        return _triangulate_plane(points)
    chart = StereographicMap.around(points)
    return _hull_triangles(points) if chart is None else _triangulate_plane(chart.flatten(points))


class StereographicMap(NamedTuple):
    """The map that keeps circles: around ``centre``, with unit vectors to the east and north of it; radius 1 at the middle."""

    centre: FloatArray
    east: FloatArray
    north: FloatArray

    @classmethod
    def around(cls, points: FloatArray) -> StereographicMap | None:
        """Build around the middle of points on the sphere; None if they do not fit in a hemisphere."""
        unit = points / np.linalg.norm(points, axis=1)[:, None]
        mean = unit.mean(axis=0)
        length = float(np.linalg.norm(mean))
        if length < 1e-6 or float((unit @ mean).min()) < 0:
            return None
        centre = mean / length
        east = np.cross([0.0, 0.0, 1.0] if abs(centre[2]) < 0.99 else [0.0, 1.0, 0.0], centre)
        east /= np.linalg.norm(east)
        return cls(centre, east, np.cross(centre, east))

    def flatten(self, points: FloatArray) -> FloatArray:
        """From the sphere to the map, shape (n, 2)."""
        unit = points / np.linalg.norm(points, axis=1)[:, None]
        flat: FloatArray = np.column_stack([unit @ self.east, unit @ self.north]) * (2 / (1 + unit @ self.centre))[:, None]
        return flat

    def lift(self, flat: FloatArray) -> FloatArray:
        """From the map to the sphere, in km, shape (n, 3)."""
        square = (flat**2).sum(axis=1)[:, None]
        unit = (4 * (flat[:, :1] * self.east + flat[:, 1:] * self.north) + (4 - square) * self.centre) / (4 + square)
        return EARTH_RADIUS_KM * unit


def _triangulate_plane(points: FloatArray) -> IntArray:
    centred = points - points.mean(axis=0)
    spread = np.linalg.svd(centred.T @ centred, compute_uv=False)
    if spread[1] <= 1e-18 * spread[0]:
        return np.empty((0, 3), np.int32)
    try:
        found = Delaunay(centred / np.sqrt(spread[0] / len(points)))
    except QhullError:
        return np.empty((0, 3), np.int32)
    return np.ascontiguousarray(found.simplices, dtype=np.int32)


def _hull_triangles(points: FloatArray) -> IntArray:
    try:
        return np.ascontiguousarray(ConvexHull(points).simplices, dtype=np.int32)
    except QhullError:
        return np.empty((0, 3), np.int32)


class Edges(NamedTuple):
    """Edges of triangles with what is opposite.

    Attributes
    ----------
    pairs
        Shape (m, 2), lower index first, ascending.
    triangle_idx
        The one or two triangles of an edge, shape (m, 2); −1 on the outside.
    cot_opposite
        Cotangent of the angle at the opposite corner of either triangle, shape (m, 2); +inf on the outside.
    """

    pairs: IntArray
    triangle_idx: IntArray
    cot_opposite: FloatArray


def edges_of(triangles: IntArray, points: FloatArray) -> Edges:
    """Every edge of a triangulation once."""
    n, t = len(points), len(triangles)
    cot = np.concatenate([_cot_at(triangles[:, c], triangles[:, c - 2], triangles[:, c - 1], points) for c in range(3)])
    u = np.concatenate([triangles[:, c - 2] for c in range(3)]).astype(np.int64)
    v = np.concatenate([triangles[:, c - 1] for c in range(3)]).astype(np.int64)
    key = np.minimum(u, v) * n + np.maximum(u, v)
    order = np.argsort(key, kind="stable")
    key = key[order]
    is_first = np.ones(len(key), bool)
    is_first[1:] = key[1:] != key[:-1]
    at = np.flatnonzero(is_first)
    partner = np.minimum(at + 1, len(key) - 1)
    has_two = ~is_first[partner] & (partner > at)
    a, b = order[at], order[partner]
    return Edges(
        np.column_stack([key[at] // n, key[at] % n]).astype(np.int32),
        np.column_stack([a % t, np.where(has_two, b % t, -1)]).astype(np.int32),
        np.column_stack([cot[a], np.where(has_two, cot[b], np.inf)]),
    )


def _cot_at(corner: IntArray, left: IntArray, right: IntArray, points: FloatArray) -> FloatArray:
    to_left, to_right = points[left] - points[corner], points[right] - points[corner]
    dot = np.einsum("ij,ij->i", to_left, to_right)
    square = np.einsum("ij,ij->i", to_left, to_left) * np.einsum("ij,ij->i", to_right, to_right)
    result: FloatArray = dot / np.sqrt(np.maximum(square - dot**2, 1e-300))
    return result
