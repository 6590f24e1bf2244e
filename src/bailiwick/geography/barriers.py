"""What stands between neighbours: links across a river or a border are cut, links by bridge and ferry are added."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import Adjacency, FloatArray, IntArray
from bailiwick.domain.units import frozen

Mask = NDArray[np.bool_]


def crosses(pairs: IntArray, coordinates: FloatArray, barriers: NDArray[np.object_], *, is_planar: bool) -> Mask:
    """Mask of the pairs whose straight link meets a barrier, shape (m,).

    Parameters
    ----------
    pairs
        Unit indices, shape (m, 2).
    coordinates
        Of the units: longitude and latitude in degrees, or x and y in km, shape (n, 2).
    barriers
        Shapely lines or areas in the same coordinates. Touching one counts as crossing it.

    Notes
    -----
    On the globe a link is a straight line in longitude and latitude, the short way around; neighbours are near enough for
    that. Lines across ±180° are looked up on either side. O(m log b) for b barriers.

    Examples
    --------
    >>> river = np.array([shapely.LineString([(180, -1), (180, 1)])], dtype=object)
    >>> towns = np.array([[179.0, 0.0], [-179.0, 0.0], [178.0, 0.0]])
    >>> crosses(np.array([[0, 1], [0, 2]]), towns, river, is_planar=False).tolist()
    [True, False]
    """
    start, end = coordinates[pairs[:, 0]].copy(), coordinates[pairs[:, 1]].copy()
    if not is_planar:
        end[:, 0] = start[:, 0] + (end[:, 0] - start[:, 0] + 180) % 360 - 180
    tree = shapely.STRtree(barriers)
    is_crossing = np.zeros(len(pairs), bool)
    for shift in (0.0,) if is_planar else (0.0, 360.0, -360.0):
        lines = shapely.linestrings(np.stack([start, end], axis=1) + np.array([shift, 0.0]))
        is_crossing[tree.query(lines, predicate="intersects")[0]] = True
    return is_crossing


def edited(graph: Adjacency, is_cut: Mask, added: IntArray, *, rule: str) -> Adjacency:
    """The graph without some of its pairs and with others.

    Parameters
    ----------
    is_cut
        Mask over ``graph.pairs``.
    added
        Unit indices, shape (m, 2); they have a border of 0 km.
    rule
        How pairs were found, in words.

    Examples
    --------
    >>> row = Adjacency.from_pairs(3, np.array([[0, 1], [1, 2]]))
    >>> edited(row, np.array([False, True]), np.array([[2, 0]]), rule="by hand").pairs.tolist()
    [[0, 1], [0, 2]]
    """
    pairs = graph.pairs
    border = None
    if graph.border_km is not None:
        row = np.repeat(np.arange(graph.n_units, dtype=np.int32), np.diff(graph.indptr))
        border = np.concatenate([graph.border_km[row < graph.indices][~is_cut], np.zeros(len(added))])
    made = Adjacency.from_pairs(graph.n_units, np.vstack([pairs[~is_cut], added]), border_km=border, rule=rule)
    if graph.links is None:
        return made
    n = max(graph.n_units, 1)
    still = np.isin(_keys(graph.links, n), _keys(made.pairs, n))
    return replace(made, links=frozen(graph.links[still]) if still.any() else None)


def positions(pairs: IntArray, wanted: IntArray, n_units: int) -> IntArray:
    """Row in ``pairs`` of each wanted pair in either order, −1 where there is none, shape (m,).

    Examples
    --------
    >>> positions(np.array([[0, 1], [1, 2]]), np.array([[2, 1], [0, 2]]), 3).tolist()
    [1, -1]
    """
    keys, asked = _keys(pairs, n_units), _keys(wanted, n_units)
    if not len(keys):
        return np.full(len(asked), -1, np.int32)
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], asked), len(keys) - 1)
    return np.where(keys[order[at]] == asked, order[at], -1).astype(np.int32)


def _keys(pairs: IntArray, n_units: int) -> NDArray[np.int64]:
    both = pairs.astype(np.int64).reshape(-1, 2)
    return np.asarray(both.min(axis=1) * n_units + both.max(axis=1), dtype=np.int64)
