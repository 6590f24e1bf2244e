"""Compiled rows of the graph along which units change hands where territories need not be connected."""

from __future__ import annotations

import numpy as np

from bailiwick.compiled import kernel


@kernel
def mutual_rows(first, near, place):  # type: ignore[no-untyped-def]
    """Row ends, shape (n + 1,), and neighbours, each pair in both rows, some twice.

    Parameters
    ----------
    first
        First node of each place, shape (s,).
    near
        Nearest other places of each place, shape (s, q).
    place
        Place of each node, ascending, shape (n,): nodes in one place follow each other and are neighbours in a chain.
    """
    n, q = len(place), near.shape[1]
    end = np.zeros(n + 1, np.int64)
    for i in range(n):
        for c in range(q):
            end[i + 1] += 1
            end[first[near[place[i], c]] + 1] += 1
        if i > 0 and place[i - 1] == place[i]:
            end[i] += 1
            end[i + 1] += 1
    for i in range(n):
        end[i + 1] += end[i]
    start, indices = end[:-1].copy(), np.empty(end[n], np.int32)
    for i in range(n):
        for c in range(q):
            u = first[near[place[i], c]]
            indices[start[i]], indices[start[u]] = u, i
            start[i] += 1
            start[u] += 1
        if i > 0 and place[i - 1] == place[i]:
            indices[start[i]], indices[start[i - 1]] = i - 1, i
            start[i] += 1
            start[i - 1] += 1
    return end, indices
