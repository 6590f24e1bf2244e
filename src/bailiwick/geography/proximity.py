"""Which points are neighbours: Delaunay edges without those that hop over a point or a gap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bailiwick.domain import Adjacency, FloatArray, IntArray
from bailiwick.domain.units import frozen
from bailiwick.geography.delaunay import Places, edges_of, find_places, triangulate
from bailiwick.geography.geodesy import distance_km

MAX_ANGLE_DEGREES = 120.0
"""Two points are no neighbours if a third sees them at a larger angle, that is, lies nearly between them."""
LEAST_BORDER = 1e-6
"""Two points are no neighbours if their Voronoi cells meet in a corner: a border shorter than half this share of their distance."""
MAX_HOP_RATIO = 4.0
"""Two points are no neighbours if one can go round in hops this many times shorter than the straight way."""


def from_points(coordinates: FloatArray, *, is_planar: bool = False, max_km: float | None = None) -> Adjacency:
    """Find neighbouring points.

    Parameters
    ----------
    coordinates
        Shape (n, 2): longitude and latitude in degrees, or x and y in km if ``is_planar``.
    is_planar
        True if the coordinates are already projected.
    max_km
        Longest allowed distance of neighbours; None for no limit. A limit may leave the graph in pieces.

    Returns
    -------
    Adjacency
        Connected unless ``max_km`` is given; its ``rule`` says what follows here in one sentence.

    Notes
    -----
    Neighbours are the Delaunay edges of the distinct places (cells of the Voronoi diagram with a common border; where
    four places lie on a circle, as in a grid, the cells meet in a corner and the diagonals are no neighbours), except

    1. edges that a third place sees at more than 120°, because it lies nearly between the two (mostly the long slivers
       along the outside), and
    2. edges more than 4 times longer than the longest hop on the best way round, the one with the shortest longest
       hop. They lead across a lake, a gulf or an empty corner although people live all along the shore. Where there is
       no such way, as between clusters of customers or to an island, the edge stays.

    Both rules keep the minimum spanning tree, so the graph stays in one piece. Units at one place form a chain in the order of
    their index; both ends of a chain are neighbours of both ends of the chains around it, so that a territory border
    can run through a place. Places on a line are neighbours in their order. Time O(n log n).

    References
    ----------
    Kirkpatrick, D. G., Radke, J. D. (1985): A framework for computational morphology. Computational Geometry,
    217–248 (rule 1: a β-skeleton).

    Examples
    --------
    >>> from_points(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [2.0, 0.0]]), is_planar=True).pairs.tolist()
    [[0, 1], [1, 2], [1, 3], [2, 3]]
    """
    places = find_places(coordinates, is_planar=is_planar)
    pairs = place_pairs(places)
    rule = (
        f"nearest places (Delaunay) unless a third lies nearly between them (seen at more than {MAX_ANGLE_DEGREES:.0f}°) "
        f"or there is a way round in hops {MAX_HOP_RATIO:.0f} times shorter"
    )
    if max_km is not None:
        pairs = pairs[distance_km(places.points[pairs[:, 0]], places.points[pairs[:, 1]]) <= max_km]
        rule += f"; none longer than {max_km:g} km"
    if len(places.points) < len(places.place_idx):
        rule += "; units at one place form a chain"
    from bailiwick.geography.row_kernels import rows_of_pairs  # compiled code, loaded only where it is needed

    indptr, indices = rows_of_pairs(len(places.place_idx), _unit_pairs(pairs, places.place_idx))
    return Adjacency(frozen(indptr), frozen(indices), rule=rule)


def place_pairs(places: Places) -> IntArray:
    """Neighbouring places, shape (m, 2)."""
    points = places.points
    triangles = triangulate(points)
    if not len(triangles.corners):
        return _chain(points)
    from bailiwick.geography.kernels import neighbouring_edges  # compiled code, loaded only where it is needed

    least_cot = 1 / float(np.tan(np.radians(MAX_ANGLE_DEGREES)))
    pairs = neighbouring_edges(*triangles, np.ascontiguousarray(points), least_cot, LEAST_BORDER)
    length = distance_km(points[pairs[:, 0]], points[pairs[:, 1]])
    return _with_orphans(pairs[~has_shorter_hops(len(points), pairs, length)], points)


def candidate_pairs(coordinates: FloatArray, *, is_planar: bool) -> NDArray[np.int64]:
    """Pairs of units among which the shortest link between any two sets of units is found, shape (m, 2)."""
    places = find_places(coordinates, is_planar=is_planar)
    triangles = triangulate(places.points)
    pairs = _with_orphans(edges_of(triangles).pairs, places.points) if len(triangles.corners) else _chain(places.points)
    return _unit_pairs(pairs, places.place_idx)


def _with_orphans(pairs: IntArray, points: FloatArray) -> IntArray:
    """Join places that became no corner, because another one is within centimetres, to their nearest."""
    orphans = np.flatnonzero(np.bincount(pairs.ravel(), minlength=len(points)) == 0)
    if not len(orphans):
        return pairs
    nearest = cKDTree(points).query(points[orphans], k=2)[1]
    other = np.where(nearest[:, 0] == orphans, nearest[:, 1], nearest[:, 0])
    return np.vstack([pairs, np.column_stack([orphans, other]).astype(np.int32)])


def has_shorter_hops(n_points: int, pairs: IntArray, length_km: FloatArray, ratio: float = MAX_HOP_RATIO) -> NDArray[np.bool_]:
    """Mask of the edges whose ends are joined by hops of at most ``length_km / ratio``, shape (m,)."""
    from bailiwick.geography.kernels import longest_hops

    order = np.argsort(length_km)  # the order of equal lengths does not matter: the longest hop is as long whichever comes first
    return longest_hops(n_points, pairs, length_km, order) * ratio < length_km


def _chain(points: FloatArray) -> IntArray:
    """Places on a line or circle, joined in their order."""
    if len(points) < 2:
        return np.empty((0, 2), np.int32)
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    along, across = centred @ axes[0], centred @ axes[1]
    is_ring = points.shape[1] == 3 and np.linalg.norm(points.mean(axis=0)) < 0.5 * np.linalg.norm(points[0])
    order = np.argsort(np.arctan2(across, along) if is_ring else along, kind="stable")
    pairs = np.column_stack([order[:-1], order[1:]])
    if is_ring and len(points) > 2:
        pairs = np.vstack([pairs, [order[-1], order[0]]])
    return pairs.astype(np.int32)


def _unit_pairs(pairs: IntArray, place_idx: IntArray) -> NDArray[np.int64]:
    """Chains within places, and from both ends of a chain to both ends of its neighbours."""
    order = np.argsort(place_idx, kind="stable")
    is_same = place_idx[order[1:]] == place_idx[order[:-1]]
    first, last = order[np.append(True, ~is_same)[: len(order)]], order[np.append(~is_same, True)[: len(order)]]
    found = [np.column_stack([order[:-1], order[1:]])[is_same], first[pairs]]
    is_chain = first != last
    left, right = pairs[is_chain[pairs[:, 0]]], pairs[is_chain[pairs[:, 1]]]
    both = left[is_chain[left[:, 1]]]
    found += [np.column_stack([last[left[:, 0]], first[left[:, 1]]]), np.column_stack([first[right[:, 0]], last[right[:, 1]]]), last[both]]
    return np.vstack(found).astype(np.int64)
