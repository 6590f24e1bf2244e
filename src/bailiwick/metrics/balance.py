"""How evenly the measures are spread."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray

TOLERANCE_SLACK = 1e-9
"""A deviation counts as outside only if it passes the tolerance by more than this: room for rounding."""


def territory_sums(values: FloatArray, territory_idx: IntArray, n_territories: int) -> FloatArray:
    """Sum per territory, shape (K, M), of values per unit, shape (n, M); units with index −1 are left out.

    Examples
    --------
    >>> territory_sums(np.array([[1.0], [2.0], [4.0], [9.0]]), np.array([0, 1, 0, -1]), 2).tolist()
    [[5.0], [2.0]]
    """
    keep = territory_idx >= 0
    idx = territory_idx[keep]
    return np.column_stack([np.bincount(idx, weights=column[keep], minlength=n_territories) for column in values.T])


def deviations(totals: FloatArray, targets: FloatArray) -> FloatArray:
    """``total / target − 1``, elementwise; 0 where the target is 0, for then nothing was there to share out.

    Examples
    --------
    >>> deviations(np.array([105.0, 95.0, 0.0]), np.array([100.0, 100.0, 0.0])).round(3).tolist()
    [0.05, -0.05, 0.0]
    """
    return np.divide(totals, targets, out=np.ones_like(totals), where=targets > 0) - 1.0


def is_outside(deviation: FloatArray, tolerances: list[float | None]) -> np.ndarray:
    """Mask of the deviations beyond the tolerance of their measure, shape (K, M); False where there is no tolerance."""
    allowed = np.array([np.inf if t is None else t for t in tolerances])
    return np.abs(deviation) > allowed + TOLERANCE_SLACK


def max_deviation(deviation: FloatArray) -> FloatArray:
    """Largest absolute deviation of a territory, per measure, shape (M,)."""
    return np.abs(deviation).max(axis=0)


def rms_deviation(deviation: FloatArray) -> FloatArray:
    """Root mean square of the deviations over the territories, per measure, shape (M,)."""
    return np.sqrt((deviation**2).mean(axis=0))
