"""Whether territories are in one piece, and how long their borders are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from bailiwick.domain import Adjacency, IntArray


def pieces(adjacency: Adjacency, territory_idx: IntArray, n_territories: int) -> IntArray:
    """Number of connected pieces of each territory, shape (K,); 1 is in one piece, 0 is empty.

    Examples
    --------
    Four units in a row; the first territory holds both ends:

    >>> row = Adjacency.from_pairs(4, np.array([[0, 1], [1, 2], [2, 3]]))
    >>> pieces(row, np.array([0, 1, 1, 0]), 2).tolist()
    [2, 1]
    """
    from bailiwick.geography.row_kernels import connected_parts  # compiled code, loaded only where it is needed

    part = connected_parts(adjacency.indptr, adjacency.indices, np.asarray(territory_idx))
    highest = np.maximum.accumulate(part)  # parts are numbered in the order of their first units
    owner = territory_idx[np.diff(highest, prepend=-1) > 0]
    return np.bincount(owner[owner >= 0], minlength=n_territories).astype(np.int32)


def pieces_of_members(adjacency: Adjacency, members: NDArray[np.integer]) -> IntArray:
    """Number of the connected piece of each unit of one territory, shape (m,), counted from 0.

    Parameters
    ----------
    members
        Indices of the units of the territory, ascending, shape (m,).

    Notes
    -----
    Looks at these units and their neighbours only: O(m log m), whatever the size of the graph.

    Examples
    --------
    >>> row = Adjacency.from_pairs(5, np.array([[0, 1], [1, 2], [2, 3], [3, 4]]))
    >>> pieces_of_members(row, np.array([0, 1, 3, 4])).tolist()
    [0, 0, 1, 1]
    """
    start, count = adjacency.indptr[members], np.diff(adjacency.indptr)[members]
    first = np.cumsum(count) - count
    row = np.repeat(np.arange(len(members)), count)
    neighbour = adjacency.indices[np.arange(len(row)) + np.repeat(start - first, count)]
    column = np.minimum(np.searchsorted(members, neighbour), max(len(members) - 1, 0))
    inside = members[column] == neighbour
    graph = coo_matrix((np.ones(int(inside.sum()), np.int8), (row[inside], column[inside])), shape=(len(members), len(members)))
    return connected_components(graph, directed=False)[1].astype(np.int32)


def cut_edges(adjacency: Adjacency, territory_idx: IntArray) -> int:
    """Number of neighbouring pairs that lie in different territories: the fewer, the more compact."""
    pairs = adjacency.pairs
    return int((territory_idx[pairs[:, 0]] != territory_idx[pairs[:, 1]]).sum())


def border_share(adjacency: Adjacency, territory_idx: IntArray) -> float:
    """Share of the common border between units that lies between territories; of the pairs where no lengths are known.

    0 if no two units touch.
    """
    row = np.repeat(np.arange(adjacency.n_units), np.diff(adjacency.indptr))
    length = np.ones(len(row)) if adjacency.border_km is None else adjacency.border_km
    total = float(length.sum())
    cut = territory_idx[row] != territory_idx[adjacency.indices]
    return float(length[cut].sum()) / total if total > 0 else 0.0
