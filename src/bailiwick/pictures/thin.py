"""Which units are drawn when there are more than a picture can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray


def choose_drawn(
    points: FloatArray, territory_idx: IntArray, weights: FloatArray, *, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose at most ``limit`` units that stand for all: one per square of a grid and territory, the heaviest.

    Parameters
    ----------
    points
        Map km, shape (n, 2).
    territory_idx
        Shape (n,); a square on a border keeps one unit of either side.
    weights
        Shape (n,); ties go to the lower index.
    limit
        At least the number of territories, else it cannot be kept.

    Returns
    -------
    drawn
        Indices of the chosen units, ascending, shape (m,).
    stands_for
        How many units each of them stands for, itself included, shape (m,).

    Notes
    -----
    The grid is the finest of a ladder, two steps to a halving, that keeps the limit: O(n log n) in all.
    """
    n = len(points)
    if n <= limit:
        return np.arange(n), np.ones(n, dtype=np.int64)
    low = points.min(axis=0)
    extent = max(float(np.ptp(points, axis=0).max()), 1e-9)
    fewest = _squares(points, low, extent, territory_idx)
    for step in range(1, 31):
        finer = _squares(points, low, extent / 2 ** (step / 2), territory_idx)
        if len(np.unique(finer)) > limit:
            break
        fewest = finer
    order = np.lexsort((np.arange(n), -weights, fewest))
    first = np.flatnonzero(np.diff(fewest[order], prepend=-1))
    counts = np.diff(np.append(first, n))
    drawn = order[first]
    ascending = np.argsort(drawn)
    return drawn[ascending], counts[ascending]


def _squares(points: FloatArray, low: FloatArray, size_km: float, territory_idx: IntArray) -> NDArray[np.int64]:
    column, row = ((points - low) // size_km).astype(np.int64).T
    n_columns = int(column.max()) + 1
    return ((row * n_columns + column) * (int(territory_idx.max(initial=-1)) + 2) + territory_idx + 1).astype(np.int64)
