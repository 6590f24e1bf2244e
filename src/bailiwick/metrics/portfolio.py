"""What a base of accounts is like: how concentrated it is, and how much its segments differ."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray


def top_share(values: FloatArray, share: float) -> float:
    """Share of the total that the largest ``share`` of the units hold; 0 where the total is 0.

    Examples
    --------
    >>> top_share(np.array([70.0, 10.0, 10.0, 10.0]), 0.25)
    0.7
    """
    total = float(values.sum())
    count = max(round(share * len(values)), 1)
    return float(np.sort(values)[::-1][:count].sum() / total) if total > 0 else 0.0


def smallest_making(values: FloatArray, share: float) -> np.ndarray:
    """Mask of the smallest units that together make at most ``share`` of the total, shape (n,); ties by index.

    Examples
    --------
    >>> smallest_making(np.array([5.0, 1.0, 1.0, 3.0]), 0.2).tolist()
    [False, True, True, False]
    """
    order = np.argsort(values, kind="stable")
    within = np.cumsum(values[order]) <= share * values.sum() * (1 + 1e-12)
    mask = np.zeros(len(values), dtype=bool)
    mask[order[within]] = True
    return mask


def evenness(totals: FloatArray) -> float:
    """Entropy of the shares ÷ its largest value: 1 is equal, 0 is all in one; 0 with fewer than two groups.

    Examples
    --------
    >>> evenness(np.array([2.0, 2.0])), evenness(np.array([4.0, 0.0]))
    (1.0, 0.0)
    """
    if len(totals) < 2 or totals.sum() <= 0:
        return 0.0
    share = totals[totals > 0] / totals.sum()
    return float(-(share * np.log(share)).sum() / np.log(len(totals))) + 0.0


def between_share(values: FloatArray, groups: IntArray) -> float:
    """Share of the variance that lies between groups (η²): 0 if groups are alike, 1 if all of a group are equal.

    Examples
    --------
    >>> between_share(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
    1.0
    """
    count = np.bincount(groups)
    mean = np.bincount(groups, weights=values) / np.maximum(count, 1)
    whole = float(((values - values.mean()) ** 2).sum())
    return float((count * (mean - values.mean()) ** 2).sum() / whole) if whole > 0 else 0.0
