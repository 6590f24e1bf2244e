"""Who should have which territory: how good people are apart from what they were given, and the best assignment with its prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from bailiwick.domain import FloatArray, IntArray

_Z = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Performance:
    """How much each of n people sells of what is expected of anybody with their territories, shape (n,).

    Attributes
    ----------
    raw
        Sold ÷ expected.
    adjusted, low, high
        The same drawn to the mean of all as far as chance may have made it, with its 95 % interval.
    weight
        How much the own figures count in it, 0 to 1.
    spread
        Standard deviation of the truth among people, as far as it is more than chance.
    """

    raw: FloatArray
    adjusted: FloatArray
    low: FloatArray
    high: FloatArray
    weight: FloatArray
    error: FloatArray
    spread: float


def performance(rep_idx: IntArray, sold: FloatArray, expected: FloatArray, n_reps: int) -> Performance:
    """Judge people by what they sold against what was expected, drawn to the mean where there is little to judge by.

    Parameters
    ----------
    rep_idx, sold, expected
        One row per person, territory and period, shape (r,); expected is above 0.

    Notes
    -----
    Empirical Bayes with one normal level: error variance pooled over all periods of all people and weighted by what was expected in
    them; spread of the truth by the method of moments.

    References
    ----------
    R. DerSimonian, N. Laird: Meta-analysis in clinical trials. Controlled Clinical Trials 7 (1986), 177–188.

    Examples
    --------
    >>> who = np.array([0] * 12 + [1] * 12 + [2] * 2, np.int32)
    >>> noise = np.tile([0.9, 1.1], 13)
    >>> found = performance(who, np.r_[[1.2] * 12, [0.8] * 12, [1.2] * 2] * noise, np.ones(26), 3)
    >>> found.raw.round(2).tolist(), bool(1 < found.adjusted[2] < found.adjusted[0] < 1.2)
    ([1.2, 0.8, 1.2], True)
    """
    whole, n_periods = np.bincount(rep_idx, expected, n_reps), np.bincount(rep_idx, minlength=n_reps)
    raw = np.divide(np.bincount(rep_idx, sold, n_reps), whole, out=np.full(n_reps, np.nan), where=whole > 0)
    deviations = sold - np.nan_to_num(raw)[rep_idx] * expected
    free = max(int(np.maximum(n_periods - 1, 0).sum()), 1)
    noise = float((deviations**2 / expected).sum()) / free  # variance of a sale is this times what is expected
    error = np.sqrt(np.divide(noise, whole, out=np.full(n_reps, np.inf), where=whole > 0))
    is_known = np.isfinite(raw)
    if not is_known.any():
        blank = np.full(n_reps, np.nan)
        return Performance(blank, np.ones(n_reps), blank, blank, np.zeros(n_reps), error, 0.0)
    sure = 1 / np.maximum(error[is_known], 1e-9) ** 2
    middle = float(sure @ raw[is_known] / sure.sum())
    heterogeneity = float(sure @ (raw[is_known] - middle) ** 2)
    scale = float(sure.sum() - (sure @ sure) / sure.sum())
    variance = max(0.0, (heterogeneity - (int(is_known.sum()) - 1)) / scale) if scale > 0 else 0.0
    weight = (
        np.where(is_known, variance / (variance + np.where(np.isfinite(error), error, 1.0) ** 2), 0.0) if variance else np.zeros(n_reps)
    )
    centre = float(np.average(raw[is_known], weights=1 / (variance + error[is_known] ** 2 + 1e-18)))
    adjusted = centre + weight * (np.where(is_known, raw, centre) - centre)
    deviation = np.sqrt(variance * (1 - weight))
    return Performance(raw, adjusted, adjusted - _Z * deviation, adjusted + _Z * deviation, weight, deviation, float(np.sqrt(variance)))


@dataclass(frozen=True, eq=False)
class Assignment:
    """The best assignment of n rows to n columns.

    Attributes
    ----------
    column
        Column of each row, shape (n,).
    total
        Its worth.
    price
        What everything together loses if row i must have column j and the others are assigned anew as well as can be, shape (n, n).
    """

    column: IntArray
    total: float
    price: FloatArray


def best_assignment(worth: FloatArray) -> Assignment:
    """Assign rows to columns for the most worth, with the price of every other pair.

    Parameters
    ----------
    worth
        Square, finite, shape (n, n).

    Notes
    -----
    If row i takes the column of row k, k must go elsewhere, and so on until somebody takes the column of i: the price of a pair is the
    cheapest such chain, found for all pairs at once by shortest paths over rows (Floyd and Warshall), O(n³). There are no negative
    circles, as the assignment is the best one.

    Examples
    --------
    >>> found = best_assignment(np.array([[9.0, 5.0], [6.0, 4.0]]))
    >>> found.column.tolist(), found.total, found.price.tolist()
    ([0, 1], 13.0, [[0.0, 2.0], [2.0, 0.0]])
    """
    n = len(worth)
    column = linear_sum_assignment(worth, maximize=True)[1].astype(np.int32)
    held = worth[np.arange(n), column]
    step = held[:, None] - worth[:, column]  # row i takes the column of row k: what i loses
    reach = step.copy()
    np.fill_diagonal(reach, 0.0)
    for k in range(n):
        np.minimum(reach, reach[:, k, None] + reach[None, k, :], out=reach)
    chain = step + reach.T  # i → k, then from k on until somebody takes what i had
    price = np.zeros((n, n))
    price[:, column] = np.maximum(chain, 0.0)
    price[np.arange(n), column] = 0.0
    return Assignment(column, float(held.sum()), price)
