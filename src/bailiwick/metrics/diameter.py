"""The largest distance between two units of one territory."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial.distance import cdist

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.grouping import members_of_territories
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, chord_to_arc

_CHUNK_PAIRS = 4_000_000


def diameters_km(points: FloatArray, territory_idx: IntArray, n_territories: int) -> FloatArray:
    """Largest distance between two units of each territory in km, exactly, shape (K,); 0 for fewer than two units.

    Parameters
    ----------
    points
        Unit positions in km: two columns in the plane, three on the sphere (great-circle distance).

    Notes
    -----
    The farthest two points are corners of the convex hull. On the sphere that holds for the geodesic hull as long as
    the points lie within 45° of a common middle; a gnomonic map turns it into a hull in the plane. Wider territories
    are compared point by point, after leaving out those too near the middle to matter. O(n log n) with few corners.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0], [0.0, 4.0], [1.0, 1.0]])
    >>> diameters_km(square, np.array([0, 0, 0, 0, 0]), 2).tolist()
    [5.0, 0.0]
    """
    found = np.zeros(n_territories)
    for territory, members in enumerate(members_of_territories(territory_idx, n_territories)):
        if len(members) > 1:
            found[territory] = _diameter_km(points[members])
    return found


def _diameter_km(points: FloatArray) -> float:
    if points.shape[1] == 2:
        return _farthest(points[_corners(points)])
    middle = points.mean(axis=0)
    norm = float(np.linalg.norm(middle))
    if norm > 0 and len(points) > 3:
        middle /= norm
        height = points @ middle / EARTH_RADIUS_KM
        if height.min() > np.sqrt(0.5):
            points = points[_corners(_tangent(points, middle) / height[:, None])]
    return float(chord_to_arc(np.array(_farthest(points))))


def _tangent(points: FloatArray, middle: FloatArray) -> FloatArray:
    """Coordinates in the plane that touches the sphere at ``middle``, shape (n, 2)."""
    axis = np.eye(3)[np.argmin(np.abs(middle))]
    first = np.cross(middle, axis)
    first /= np.linalg.norm(first)
    return np.column_stack([points @ first, points @ np.cross(middle, first)])


def _corners(points: FloatArray) -> IntArray:
    """Indices of the corners of the convex hull in the plane."""
    if len(points) <= 16:
        return np.arange(len(points), dtype=np.int32)
    hull = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(points)))
    key = points.view(np.complex128).ravel() if points.flags.c_contiguous else (points[:, 0] + 1j * points[:, 1])
    return np.flatnonzero(np.isin(key, hull[:, 0] + 1j * hull[:, 1])).astype(np.int32)


def _farthest(points: FloatArray) -> float:
    """Largest straight distance between two points; points too near the middle to take part are left out first."""
    away = np.linalg.norm(points - points.mean(axis=0), axis=1)
    order = np.argsort(-away, kind="stable")
    points, away = points[order], away[order]
    best = float(cdist(points[:1], points).max())
    step = max(1, _CHUNK_PAIRS // len(points))
    for start in range(0, len(points), step):
        if 2 * away[start] <= best:
            break
        partner = points[: int(np.searchsorted(-away, away[start] - best, side="right"))]
        if len(partner):
            best = max(best, float(cdist(points[start : start + step], partner).max()))
    return best
