"""What changes hands between two alignments."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.units import frozen


def match_labels(before: IntArray, after: IntArray, weight: FloatArray) -> IntArray:
    """For each territory of ``after`` the territory of ``before`` that it continues, or −1, shape (K after,).

    Parameters
    ----------
    before, after
        Territory index of each unit in either alignment, or −1, shape (n,).
    weight
        What the overlap is measured in, zero or more, shape (n,).

    Notes
    -----
    The matching keeps the most weight in place: a linear assignment on the matrix of common weight, O(K³). Labels
    carry no meaning, so two equal plans with different names match completely.

    Examples
    --------
    >>> match_labels(np.array([0, 0, 1]), np.array([1, 1, 0]), np.ones(3)).tolist()
    [1, 0]
    """
    n_before, n_after = int(before.max(initial=-1)) + 1, int(after.max(initial=-1)) + 1
    both = (before >= 0) & (after >= 0)
    cell = before[both].astype(np.int64) * n_after + after[both]
    common = np.bincount(cell, weights=weight[both], minlength=n_before * n_after).reshape(n_before, n_after)
    rows, columns = linear_sum_assignment(common, maximize=True)
    matched = np.full(n_after, -1, np.int32)
    useful = common[rows, columns] > 0
    matched[columns[useful]] = rows[useful]
    return frozen(matched)


def moved_units(before: IntArray, after: IntArray, matched: IntArray) -> np.ndarray:
    """Mask of the units that change territory under a matching, shape (n,); a unit without a territory in both stays."""
    continued = np.where(after >= 0, matched[after] if len(matched) else -1, -1)
    return np.where(after >= 0, continued != before, before >= 0)


def disruption(before: IntArray, after: IntArray, values: FloatArray) -> FloatArray:
    """Share of each measure whose territory changes, shape (M,), under the matching that is best for that measure.

    Parameters
    ----------
    values
        Measures per unit, shape (n, M).

    Examples
    --------
    One unit of weight 2 of 10 changes hands:

    >>> disruption(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([[5.0], [2.0], [3.0]])).tolist()
    [0.2]
    """
    shares = np.zeros(values.shape[1])
    for m, column in enumerate(values.T):
        total = float(column.sum())
        if total > 0:
            moved = moved_units(before, after, match_labels(before, after, column))
            shares[m] = float(column[moved].sum()) / total
    return shares


def moved_share(is_moved: np.ndarray, amounts: FloatArray) -> float:
    """Share of the amounts that stand on moved units; 0 where there is nothing at stake.

    Examples
    --------
    >>> moved_share(np.array([False, True, False]), np.array([5.0, 2.0, 3.0]))
    0.2
    """
    total = float(amounts.sum())
    return float(amounts[is_moved].sum()) / total if total > 0 else 0.0
