"""Strips that join the parts of a territory of points where its units are neighbours although their areas do not touch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, distance_km, points_to_coordinates

MOST_HALVINGS = 10
LEAST_SHARE_INSIDE = 0.5
"""A strip is drawn only where at least this share of it lies in the region: others lead over water or foreign land."""
_SAMPLES = 16

Contains = Callable[[FloatArray], NDArray[np.bool_]]


def gaps_to_bridge(
    shapes: NDArray[np.object_], points: FloatArray, territory_idx: IntArray, pairs: IntArray, contains: Contains
) -> IntArray:
    """The shortest neighbour pairs that join the drawn parts of each territory.

    Parameters
    ----------
    shapes
        Multipolygons of the territories, shape (K,).
    points, territory_idx
        Seeds of the drawing in km, shape (s, 2) or (s, 3), and their territories, shape (s,).
    pairs
        Neighbouring seeds of one territory, shape (m, 2).
    contains
        Mask of the points, in km or degrees, that lie in the region.

    Returns
    -------
    IntArray
        Shape (b, 2): a forest over the parts. Parts that no pair over the region joins stay apart.
    """
    part = _part_of_seeds(shapes, points, territory_idx)
    ends = np.sort(part[pairs], axis=1)
    is_gap = (ends[:, 0] != ends[:, 1]) & (ends[:, 0] >= 0)
    pairs, ends = pairs[is_gap], ends[is_gap].astype(np.int64)
    is_inside = _share_inside(points, pairs, contains) >= LEAST_SHARE_INSIDE
    pairs, ends = pairs[is_inside], ends[is_inside]
    if not len(pairs):
        return pairs
    order = np.lexsort((pairs[:, 1], pairs[:, 0], distance_km(points[pairs[:, 0]], points[pairs[:, 1]])))
    pairs, ends = pairs[order], ends[order]
    n_parts = int(part.max()) + 1
    _, best = np.unique(ends[:, 0] * n_parts + ends[:, 1], return_index=True)
    ranked = coo_matrix((best + 1.0, (ends[best, 0], ends[best, 1])), shape=(n_parts, n_parts))
    chosen = np.sort(minimum_spanning_tree(ranked.tocsr()).data.astype(np.int64)) - 1
    return pairs[chosen]


def _part_of_seeds(shapes: NDArray[np.object_], points: FloatArray, territory_idx: IntArray) -> IntArray:
    """Drawn part in which each seed lies, shape (s,); −1 for territories drawn in one part."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_split = np.bincount(owner, minlength=len(shapes)) > 1
    part = np.full(len(points), -1, np.int32)
    seeds = np.flatnonzero(is_split[territory_idx] & (territory_idx >= 0))
    candidates = np.flatnonzero(is_split[owner])
    if not len(seeds):
        return part
    at = shapely.points(points_to_coordinates(points[seeds], is_planar=points.shape[1] == 2))
    seed, candidate = shapely.STRtree(parts[candidates]).query(at, predicate="intersects")
    is_own = owner[candidates[candidate]] == territory_idx[seeds[seed]]
    part[seeds[seed[is_own]]] = candidates[candidate[is_own]]
    return part


def _share_inside(points: FloatArray, pairs: IntArray, contains: Contains) -> FloatArray:
    share = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    a, b = points[pairs[:, 0]], points[pairs[:, 1]]
    along = (a[:, None] * (1 - share)[:, None] + b[:, None] * share[:, None]).reshape(-1, points.shape[1])
    inside = contains(points_to_coordinates(_on_the_ground(along), is_planar=points.shape[1] == 2))
    mean: FloatArray = inside.reshape(-1, _SAMPLES).mean(axis=1)
    return mean


def stepping_stones(points: FloatArray, pairs: IntArray) -> tuple[FloatArray, IntArray]:
    """Points on the straight lines between seeds, so near to each other that no seed comes between.

    Parameters
    ----------
    points
        Seeds in km, shape (s, 2) or (s, 3).
    pairs
        Seeds to be joined, shape (b, 2).

    Returns
    -------
    stones
        Shape (m, 2) or (m, 3).
    pair_idx
        The pair of each stone, shape (m,).

    Notes
    -----
    A line is halved until the circle over each of its pieces holds no seed: every place on it is then nearer to an
    end of its piece than to any seed, and the cells of the stones form an unbroken strip (Gabriel's condition).

    Examples
    --------
    >>> stones, _ = stepping_stones(np.array([[0.0, 0.0], [8.0, 0.0], [4.0, 3.0]]), np.array([[0, 1]]))
    >>> stones.tolist()
    [[4.0, 0.0]]
    """
    tree = cKDTree(points)
    a, b, pair = points[pairs[:, 0]], points[pairs[:, 1]], np.arange(len(pairs), dtype=np.int32)
    stones, owner = [np.empty((0, points.shape[1]))], [np.empty(0, np.int32)]
    for _ in range(MOST_HALVINGS):
        middle = _on_the_ground((a + b) / 2)
        is_blocked = tree.query(middle)[0] < np.linalg.norm(middle - a, axis=1) * (1 - 1e-6)
        if not is_blocked.any():
            break
        a, b, middle, pair = a[is_blocked], b[is_blocked], middle[is_blocked], pair[is_blocked]
        stones.append(middle)
        owner.append(pair)
        a, b, pair = np.vstack([a, middle]), np.vstack([middle, b]), np.concatenate([pair, pair])
    return np.vstack(stones), np.concatenate(owner)


def _on_the_ground(points: FloatArray) -> FloatArray:
    """Chords of the sphere lifted to its surface; points of the plane as they are."""
    if points.shape[1] == 2 or not len(points):
        return points
    lifted: FloatArray = points * (EARTH_RADIUS_KM / np.linalg.norm(points, axis=1))[:, None]
    return lifted
