"""Islands: pieces of the neighbour graph that touch nothing else, joined by the shortest links."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from bailiwick.domain import Adjacency, FloatArray, IntArray, Notice, TextArray
from bailiwick.geography.geodesy import distance_km, points_to_coordinates
from bailiwick.geography.proximity import candidate_pairs

_NAMED = 5


def link_islands(adjacency: Adjacency, points: FloatArray) -> Adjacency:
    """Join the pieces of a neighbour graph by the shortest links.

    Parameters
    ----------
    adjacency
        Possibly in pieces.
    points
        Position of each unit in km, shape (n, 2) in the plane or (n, 3) on the sphere.

    Returns
    -------
    Adjacency
        Connected; ``links`` are the added pairs, which are neighbours with a border of 0 km. The same object if there
        was one piece.

    Notes
    -----
    The links are the minimum spanning tree of the pieces, where the distance of two pieces is that of their nearest units. It
    is a part of the Delaunay graph of all units, so nothing else is looked at. Ties go to the lower index.

    Examples
    --------
    >>> two_and_one = Adjacency.from_pairs(3, np.array([[0, 1]]))
    >>> link_islands(two_and_one, np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]])).links.tolist()
    [[1, 2]]
    """
    piece = adjacency.components()
    n_pieces = int(piece.max(initial=-1)) + 1
    if n_pieces <= 1:
        return adjacency
    links = _shortest_links(points, piece, n_pieces)
    pairs = adjacency.pairs
    border = None if adjacency.border_km is None else adjacency.border_km[_is_upper(adjacency)]
    earlier = np.empty((0, 2), np.int32) if adjacency.links is None else adjacency.links
    rule = f"{adjacency.rule}; {len(links)} {'link joins' if len(links) == 1 else 'links join'} {n_pieces} separate pieces"
    joined = Adjacency.from_pairs(adjacency.n_units, np.vstack([pairs, links]), border_km=_padded(border, len(links)), rule=rule)
    return Adjacency(joined.indptr, joined.indices, joined.border_km, rule, np.vstack([earlier, links]).astype(np.int32))


def _is_upper(adjacency: Adjacency) -> NDArray[np.bool_]:
    row = np.repeat(np.arange(adjacency.n_units), np.diff(adjacency.indptr))
    mask: NDArray[np.bool_] = row < adjacency.indices
    return mask


def _padded(border: FloatArray | None, n_links: int) -> FloatArray | None:
    return None if border is None else np.concatenate([border, np.zeros(n_links)])


def _shortest_links(points: FloatArray, piece: IntArray, n_pieces: int) -> NDArray[np.int64]:
    coordinates = points_to_coordinates(points, is_planar=points.shape[1] == 2)
    pairs = candidate_pairs(coordinates, is_planar=points.shape[1] == 2)
    pairs = np.sort(pairs[piece[pairs[:, 0]] != piece[pairs[:, 1]]], axis=1)
    length = distance_km(points[pairs[:, 0]], points[pairs[:, 1]])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0], length))]
    ends = np.sort(piece[pairs].astype(np.int64), axis=1)
    _, best = np.unique(ends[:, 0] * n_pieces + ends[:, 1], return_index=True)
    ranked = coo_matrix((best + 1.0, (ends[best, 0], ends[best, 1])), shape=(n_pieces, n_pieces))
    chosen = np.sort(minimum_spanning_tree(ranked.tocsr()).data.astype(np.int64)) - 1
    return pairs[chosen].astype(np.int64)


def island_notice(adjacency: Adjacency, labels: TextArray, points: FloatArray) -> Notice | None:
    """Say which islands were linked to what, or None if there was none.

    Parameters
    ----------
    adjacency
        What :func:`link_islands` returned.
    labels
        Names of the units, shape (n,).
    points
        As given to :func:`link_islands`.
    """
    links = adjacency.links
    if links is None or not len(links):
        return None
    piece = _pieces_without(adjacency, links)
    size = np.bincount(piece)
    length = distance_km(points[links[:, 0]], points[links[:, 1]])
    # the smaller piece of a link is the island
    is_swapped = size[piece[links[:, 0]]] > size[piece[links[:, 1]]]
    island, shore = np.where(is_swapped, links[:, 1], links[:, 0]), np.where(is_swapped, links[:, 0], links[:, 1])
    named = [f"{labels[i]} to {labels[s]} ({km:,.0f} km)" for i, s, km in zip(island[:_NAMED], shore, length, strict=False)]
    more = f" and {len(links) - _NAMED} more" if len(links) > _NAMED else ""
    return Notice(
        code="islands",
        message=f"the units lie in {len(size)} pieces that do not touch; so that every unit can be reached, these count as "
        f"neighbours too: {', '.join(named)}{more}",
        count=int(size.sum() - size.max()),
        examples=tuple(str(labels[i]) for i in island[:_NAMED]),
    )


def _pieces_without(adjacency: Adjacency, links: IntArray) -> IntArray:
    n, pairs = adjacency.n_units, adjacency.pairs.astype(np.int64)
    linked = np.sort(links.astype(np.int64), axis=1)
    keep = ~np.isin(pairs[:, 0] * n + pairs[:, 1], linked[:, 0] * n + linked[:, 1])
    return Adjacency.from_pairs(n, pairs[keep]).components()


def territory_adjacency(adjacency: Adjacency, territory_idx: IntArray, n_territories: int) -> Adjacency:
    """Which territories touch.

    Parameters
    ----------
    adjacency
        Of the units.
    territory_idx
        Territory of each unit, shape (n,); −1 for none.
    n_territories
        K.

    Returns
    -------
    Adjacency
        Of K territories; ``border_km`` is summed where the units have it.

    Examples
    --------
    >>> row = Adjacency.from_pairs(4, np.array([[0, 1], [1, 2], [2, 3]]))
    >>> territory_adjacency(row, np.array([0, 0, 1, 2]), 3).pairs.tolist()
    [[0, 1], [1, 2]]
    """
    ends = np.sort(np.asarray(territory_idx, dtype=np.int64)[adjacency.pairs], axis=1)
    is_between = (ends[:, 0] != ends[:, 1]) & (ends[:, 0] >= 0)
    key, group = np.unique(ends[is_between, 0] * n_territories + ends[is_between, 1], return_inverse=True)
    border = None
    if adjacency.border_km is not None:
        border = np.bincount(group, weights=adjacency.border_km[_is_upper(adjacency)][is_between], minlength=len(key)).astype(np.float64)
    pairs = np.column_stack([key // max(n_territories, 1), key % max(n_territories, 1)])
    return Adjacency.from_pairs(n_territories, pairs, border_km=border, rule="territories with neighbouring units")
