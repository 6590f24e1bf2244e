"""Distinct places and their Delaunay triangles, in the plane and on the sphere."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

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


class Triangulation(NamedTuple):
    """Delaunay triangles.

    Attributes
    ----------
    corners
        Indices of points, shape (t, 3); none where all points lie on one line or circle, or are fewer than three.
    across
        Shape (t, 3): the triangle beyond the edge opposite to each corner, −1 on the outside.
    """

    corners: IntArray
    across: IntArray


def triangulate(points: FloatArray) -> Triangulation:
    """Delaunay triangles of distinct points.

    Parameters
    ----------
    points
        In km, shape (s, 2) in the plane or (s, 3) on the sphere. Of points that fall together on a grid of 2**30 steps
        only one becomes a corner.

    Notes
    -----
    On the sphere a circle is empty where it is empty in a stereographic map, which keeps circles. Data within a hemisphere
    are triangulated in the map around their middle. Data all over the world are mapped from the loneliest point:
    the triangles of the others, and of that point with the edges of their hull, are those of the sphere.

    References
    ----------
    Bowyer, A. (1981): Computing Dirichlet tessellations. The Computer Journal 24, 162–166.
    Amenta, N., Choi, S., Rote, G. (2003): Incremental constructions con BRIO. Symposium on Computational Geometry, 211–219.

    Examples
    --------
    >>> triangulate(np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0], [9.0, 9.0]])).corners.shape
    (2, 3)
    """
    if len(points) < 3:
        return Triangulation(np.empty((0, 3), np.int32), np.empty((0, 3), np.int32))
    if points.shape[1] == 2:
        return _without_outside(*_triangulate_plane(points), len(points))
    chart = StereographicMap.around(points)
    if chart is not None:
        return _without_outside(*_triangulate_plane(chart.flatten(points)), len(points))
    return _triangulate_world(points)


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
        return cls._at(mean / length)

    @classmethod
    def opposite(cls, point: FloatArray) -> StereographicMap:
        """The map from a point on the sphere onto the far side, which shows everything but that point."""
        return cls._at(-point / np.linalg.norm(point))

    @classmethod
    def _at(cls, centre: FloatArray) -> StereographicMap:
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


def _triangulate_plane(points: FloatArray) -> tuple[IntArray, IntArray]:
    """Corners and neighbours of triangles, the outer ones with the corner n included; nothing for points on a line."""
    nothing = np.empty((0, 3), np.int32), np.empty((0, 3), np.int32)
    if len(points) < 3 or _is_line(points):
        return nothing
    from bailiwick.geography.delaunay_kernel import GRID_BITS, hilbert_keys, triangulate_grid

    low = points.min(axis=0)
    steps = (2**GRID_BITS - 1) / max(float((points - low).max()), 1e-300)
    grid = np.rint((points - low) * steps).astype(np.int64)
    along = np.argsort(hilbert_keys(grid[:, 0], grid[:, 1]), kind="stable")
    x, y = np.ascontiguousarray(grid[along, 0]), np.ascontiguousarray(grid[along, 1])
    order = _insertion_order(x, y)
    if order is None:
        return nothing
    corners, across = triangulate_grid(x, y, order)
    return np.append(along, len(points)).astype(np.int32)[corners], across


def _is_line(points: FloatArray) -> bool:
    """Whether the points lie on a line as exactly as the grid can tell."""
    centred = points - points.mean(axis=0)
    across = np.linalg.eigh(centred.T @ centred)[1][:, 0]
    return float(np.abs(centred @ across).max()) <= 2.0**-29 * float(np.abs(centred).max())


def _insertion_order(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Every 8**r-th point along the curve first, for falling r; three that are not on a line in front. None if there are none."""
    n = len(x)
    round_ = np.zeros(n, np.int8)
    for r in range(1, 8):
        round_[:: 8**r] = r
    order = np.argsort(-round_, kind="stable")
    dx, dy = x[order] - x[order[0]], y[order] - y[order[0]]
    apart = np.flatnonzero((dx != 0) | (dy != 0))
    if not len(apart):
        return None
    second = int(apart[0])
    off_line = np.flatnonzero(dx[second] * dy != dy[second] * dx)
    if not len(off_line):
        return None
    front = [0, second, int(off_line[0])]
    return np.concatenate([order[front], np.delete(order, front)])


def _without_outside(corners: IntArray, across: IntArray, n_points: int) -> Triangulation:
    is_inner = (corners < n_points).all(axis=1)
    number = np.where(is_inner, np.cumsum(is_inner) - 1, -1).astype(np.int32)
    return Triangulation(corners[is_inner], number[across[is_inner]])


def _triangulate_world(points: FloatArray) -> Triangulation:
    apart = cKDTree(points).query(points, k=2)[0][:, 1]
    lonely = int(np.argmax(apart))
    others = np.delete(np.arange(len(points)), lonely)
    corners, across = _triangulate_plane(StereographicMap.opposite(points[lonely]).flatten(points[others]))
    return Triangulation(np.append(others, lonely).astype(np.int32)[corners], across)


class Edges(NamedTuple):
    """Edges of triangles, each once.

    Attributes
    ----------
    pairs
        Shape (m, 2), lower index first.
    triangle_idx
        The one or two triangles of an edge, shape (m, 2); −1 on the outside.
    """

    pairs: IntArray
    triangle_idx: IntArray


def edges_of(triangles: Triangulation) -> Edges:
    """Every edge of a triangulation once."""
    corners, across = triangles
    t, k = np.nonzero((across < 0) | (across > np.arange(len(across))[:, None]))
    ends = np.column_stack([corners[t, (k + 1) % 3], corners[t, (k + 2) % 3]])
    return Edges(np.sort(ends, axis=1), np.column_stack([t, across[t, k]]).astype(np.int32))
