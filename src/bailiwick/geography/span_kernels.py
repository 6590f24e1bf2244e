"""Compiled search for the two units of every territory that are farthest apart; see :func:`bailiwick.metrics.diameter.diameters_km`."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from bailiwick.compiled import both_ways, kernel

HOPS = 4
SLACK = 1.0 - 1e-12
"""Pairs that rounding alone keeps from being the farthest are looked at, too."""


@kernel
def between(points, i, j):  # type: ignore[no-untyped-def]
    """Straight distance between two points."""
    square = 0.0
    for axis in range(points.shape[1]):
        square += (points[i, axis] - points[j, axis]) ** 2
    return math.sqrt(square)


@kernel
def widest_pair(points, away):  # type: ignore[no-untyped-def]
    """Largest straight distance between two of the points, which stand in falling order of ``away``, the distance from their middle."""
    n, best, at = len(points), 0.0, 0
    for _ in range(HOPS):  # from point to farthest point: nearly the largest distance already
        farthest = at
        for i in range(n):
            length = between(points, at, i)
            if length > best:
                best, farthest = length, i
        if farthest == at:
            break
        at = farthest
    for i in range(n):
        if 2.0 * away[i] <= SLACK * best:
            break
        for j in range(i + 1, n):
            if away[i] + away[j] <= SLACK * best:
                break
            best = max(best, between(points, i, j))
    return best


@kernel
def widest_of(points, members):  # type: ignore[no-untyped-def]
    """Largest straight distance between two of the members, at least two rows of ``points``."""
    n, d = len(members), points.shape[1]
    mine, middle, away = np.empty((n, d)), np.zeros((1, d)), np.empty(n)
    for c in range(n):
        for axis in range(d):
            mine[c, axis] = points[members[c], axis]
            middle[0, axis] += mine[c, axis] / n
    for c in range(n):
        square = 0.0
        for axis in range(d):
            square += (mine[c, axis] - middle[0, axis]) ** 2
        away[c] = math.sqrt(square)
    falling = np.argsort(-away, kind="mergesort")
    return widest_pair(mine[falling], away[falling])


def _widest_pairs(points, order, start):  # type: ignore[no-untyped-def]
    """Largest straight distance within each territory, shape (K,).

    ``order`` lists the units by territory, those of territory j from ``start[j]`` to ``start[j + 1]``.
    """
    k = len(start) - 1
    found = np.zeros(k)
    for j in nb.prange(k):
        if start[j + 1] - start[j] > 1:
            found[j] = widest_of(points, order[start[j] : start[j + 1]])
    return found


widest_pairs, widest_pairs_parallel = both_ways(_widest_pairs)
