"""A neighbour graph in several pieces: every piece gets territories of its own, since none can lie in two."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.row_kernels import connected_parts

NOWHERE = -1


def pieces_of(indptr: IntArray, indices: IntArray) -> IntArray:
    """Number of the piece of the graph in which each node lies, shape (n,); one piece where there is no graph."""
    n = len(indptr) - 1
    if not len(indices):
        return np.zeros(n, np.int32)
    parts: IntArray = connected_parts(indptr, indices, np.zeros(n, np.int32))
    return parts


def pieces_of_territories(piece: IntArray, load: FloatArray, target: FloatArray, home: IntArray) -> IntArray:
    """Piece in which each territory is to lie, shape (K,).

    Parameters
    ----------
    piece
        Of each node, shape (n,).
    load, target
        Of each node and of each territory, shape (n,) and (K,).
    home
        Piece of the territories that have one already by a home or a lock, −1 for the others, shape (K,).

    Notes
    -----
    The largest first, each goes to the piece that has most load left: the method of largest remainders. A piece with far
    less than a territory gets none.

    Examples
    --------
    Three of five units in one piece, two in the other, five territories:

    >>> piece, ones = np.array([0, 0, 0, 1, 1]), np.ones(5)
    >>> pieces_of_territories(piece, ones, ones, np.full(5, -1)).tolist()
    [0, 0, 1, 0, 1]
    """
    left = np.bincount(piece, weights=load)
    found = home.copy()
    np.subtract.at(left, home[home >= 0], target[home >= 0])
    for j in np.lexsort((np.arange(len(target)), -target)):
        if found[j] == NOWHERE:
            found[j] = np.argmax(left)
            left[found[j]] -= target[j]
    return found


def bars_between_pieces(piece: IntArray, of_territory: IntArray) -> np.ndarray:
    """Keys node · K + territory of the territories that lie in another piece; none for nodes whose piece has no territory."""
    k = len(of_territory)
    has_one = np.isin(piece, of_territory)
    node, territory = np.nonzero((piece[:, None] != of_territory[None, :]) & has_one[:, None])
    return node.astype(np.int64) * k + territory


def homes_in_pieces(piece: IntArray, points: FloatArray, load: FloatArray, pinned: IntArray, centres: FloatArray) -> IntArray:
    """Piece of each territory by its locked nodes, the heaviest first, else by the node nearest to its home; −1 for none."""
    found = np.full(len(centres), NOWHERE, np.int32)
    for j in np.flatnonzero(np.isfinite(centres[:, 0])):
        found[j] = piece[np.argmin(((points - centres[j]) ** 2).sum(axis=1))]
    for j in np.unique(pinned[pinned >= 0]):
        locked = pinned == j
        found[j] = np.argmax(np.bincount(piece[locked], weights=load[locked] + 1e-12))
    return found
