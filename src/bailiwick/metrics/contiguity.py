"""Whether territories are in one piece, and how long their borders are."""

from __future__ import annotations

import numpy as np

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
    component = adjacency.components(territory_idx)
    first_unit = np.unique(component, return_index=True)[1]
    owner = territory_idx[first_unit]
    return np.bincount(owner[owner >= 0], minlength=n_territories).astype(np.int32)


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
