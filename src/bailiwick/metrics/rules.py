"""Whether the hard rules of a problem hold in a plan: locks, forbidden pairs, groups, the largest distance."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray
from bailiwick.metrics.balance import TOLERANCE_SLACK


def broken_locks(locked: IntArray, territory_idx: IntArray) -> IntArray:
    """Indices of the locked units that lie elsewhere."""
    return np.flatnonzero((locked >= 0) & (locked != territory_idx)).astype(np.int32)


def forbidden_assignments(forbidden: IntArray, territory_idx: IntArray) -> IntArray:
    """Indices of the units that lie in a territory forbidden to them; ``forbidden`` are (unit, territory) pairs."""
    return np.unique(forbidden[territory_idx[forbidden[:, 0]] == forbidden[:, 1], 0])


def split_groups(groups: IntArray, territory_idx: IntArray) -> IntArray:
    """Numbers of the groups whose units lie in more than one territory.

    Examples
    --------
    >>> split_groups(np.array([7, 7, 3, 3, -1]), np.array([0, 1, 2, 2, 0])).tolist()
    [7]
    """
    grouped = groups >= 0
    cells = np.unique(np.column_stack([groups[grouped], territory_idx[grouped]]), axis=0)
    number, count = np.unique(cells[:, 0], return_counts=True)
    return number[count > 1]


def too_far(centre_distance_km: FloatArray, max_distance_km: float) -> IntArray:
    """Indices of the units farther from the centre of their territory than allowed."""
    return np.flatnonzero(centre_distance_km > max_distance_km * (1 + TOLERANCE_SLACK)).astype(np.int32)
