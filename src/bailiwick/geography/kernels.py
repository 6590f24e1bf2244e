"""Compiled loops of this room; importing it loads numba, so it is imported where it is used and not on top."""

from __future__ import annotations

import numpy as np
from numba import njit

from bailiwick.domain import FloatArray, IntArray


@njit(cache=True)
def longest_hops(n_points: int, pairs: IntArray, length: FloatArray, order: np.ndarray) -> FloatArray:
    """For every edge, the longest hop on the way between its ends whose longest hop is shortest.

    Parameters
    ----------
    order
        Edges by ascending length.

    Notes
    -----
    Kruskal's tree of merges, by size and without shortcuts, is at most log2(n) deep; the merge at which two points come
    together is found by climbing from both of them, always from where the next merge is shorter.
    """
    parent = np.arange(n_points)
    size = np.ones(n_points, np.int32)
    joined_at = np.full(n_points, np.inf)
    result = np.empty(len(pairs))
    for e in order:
        a, b = pairs[e, 0], pairs[e, 1]
        while parent[a] != a:
            a = parent[a]
        while parent[b] != b:
            b = parent[b]
        if a == b:
            continue
        if size[a] < size[b]:
            a, b = b, a
        parent[b] = a
        size[a] += size[b]
        joined_at[b] = length[e]
    for e in range(len(pairs)):
        a, b = pairs[e, 0], pairs[e, 1]
        longest = 0.0
        while a != b:
            if joined_at[a] <= joined_at[b]:
                longest = joined_at[a]
                a = parent[a]
            else:
                longest = joined_at[b]
                b = parent[b]
        result[e] = longest
    return result
