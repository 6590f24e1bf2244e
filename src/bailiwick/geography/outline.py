"""How far the areas around points reach: the neighbourhood of the points, with the gaps between them closed."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from bailiwick.domain import FloatArray
from bailiwick.geography.proximity import candidate_pairs

COARSE_CELLS = 4_000
FINE_CELLS = 16_000
"""Points are thinned to one per cell of a grid with at most so many occupied cells, which bounds the work."""
REACH_QUANTILE = 0.98
REACH_IN_HOPS = 2.5
MARGIN_IN_HOPS = 0.75
"""Gaps are closed up to twice this many long hops between neighbouring coarse cells; the margin is a share of a median hop."""
_FINEST_BITS = 12


def outline_around(points: FloatArray) -> tuple[shapely.Geometry, float]:
    """Outline of points in the plane and the margin that it leaves around them.

    Parameters
    ----------
    points
        Shape (n, 2), km. The first point of a cell stands for it, so the order should follow from the positions.

    Returns
    -------
    outline
        Polygon or multipolygon without holes; every point lies inside.
    margin
        km.

    Notes
    -----
    The points are thinned to one per cell of a grid. A long hop is one of the minimum spanning tree of some thousand cells
    than which 98 % are shorter. The outline is a morphological closing: discs with a radius of 2.5 long hops around every
    point, shrunk to a margin of three quarters of the median hop. So bays and gaps narrower than 5 long hops are filled,
    islands farther away stay islands, and holes are filled.

    Examples
    --------
    >>> outline, margin = outline_around(np.array([[0.0, 0.0], [10.0, 0.0]]))
    >>> margin
    7.5
    >>> bool(shapely.contains_xy(outline, 5, 0)), bool(shapely.contains_xy(outline, 5, 8))
    (True, False)
    """
    thin, _ = _one_per_cell(points, COARSE_CELLS)
    if len(thin) == 1:
        return shapely.Point(thin[0]).buffer(1.0), 1.0
    hops = _tree_hops(thin)
    thin, cell = _one_per_cell(points, FINE_CELLS)
    margin = max(MARGIN_IN_HOPS * float(np.median(hops)), 2 * cell)
    long_hop = float(np.quantile(hops, REACH_QUANTILE, method="higher"))
    # discs are polygons, half a per cent too small: a reach of more than 25 margins would eat a quarter of the margin
    reach = min(max(REACH_IN_HOPS * long_hop, 2 * margin), 25 * margin)
    wide = shapely.union_all(shapely.buffer(shapely.points(thin), reach, quad_segs=8))
    closed = shapely.buffer(wide, -(reach - margin), quad_segs=8)
    parts = shapely.get_parts(closed)
    return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts))), margin


def hull_around(points: FloatArray) -> tuple[shapely.Geometry, float]:
    """Convex hull of points in the plane with the margin of :func:`outline_around`, for regions that land borders anyway.

    Parameters
    ----------
    points
        Shape (n, 2), km.

    Returns
    -------
    hull
        Polygon; every point lies inside.
    margin
        km.

    Examples
    --------
    >>> hull, margin = hull_around(np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]))
    >>> margin, bool(shapely.contains_xy(hull, 5, 5))
    (7.5, True)
    """
    _, margin = outline_around(points)
    return shapely.buffer(shapely.convex_hull(shapely.multipoints(points)), margin, quad_segs=16), margin


def _one_per_cell(points: FloatArray, max_cells: int) -> tuple[FloatArray, float]:
    """The first point of each cell of the finest grid with few enough occupied cells, and the width of a cell (0: all points)."""
    if len(points) <= max_cells:
        return points, 0.0
    width = max(float(np.ptp(points, axis=0).max()), 1e-6) / 2**_FINEST_BITS
    cell = np.floor((points - points.min(axis=0)) / width).astype(np.int64)
    chosen = np.arange(len(points))
    for bits in range(_FINEST_BITS + 1):
        _, first = np.unique((cell[chosen, 0] >> bits) << 32 | (cell[chosen, 1] >> bits), return_index=True)
        chosen = chosen[np.sort(first)]
        if len(chosen) <= max_cells:
            break
    return points[chosen], width * 2.0**bits


def _tree_hops(points: FloatArray) -> FloatArray:
    pairs = candidate_pairs(points, is_planar=True)
    length = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    graph = coo_matrix((np.maximum(length, 1e-12), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    return np.asarray(minimum_spanning_tree(graph.tocsr()).data, dtype=np.float64)
