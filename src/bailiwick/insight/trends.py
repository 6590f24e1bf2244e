"""The trend of a monthly series, apart from its season, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from bailiwick.domain import FloatArray

LEAST_MONTHS = 24
"""Two years: less cannot tell a trend from a season."""
LEAST_ACTIVE = 12
"""Months with sales: fewer tell of single orders."""
_ROUNDS, _CLOSE, _MOST_MEMORY = 100, 1e-10, 0.8


@dataclass(frozen=True)
class Trend:
    """Change a year as a fraction, with its 95 % interval; ``memory`` is how alike neighbouring months' deviations are."""

    per_year: float
    low: float
    high: float
    memory: float


def trend(values: FloatArray, first_month: int) -> Trend | None:
    """Fit a trend and twelve months of season to sums by month; None if there are too few months, or too few with sales.

    Parameters
    ----------
    values
        Sums of months that follow each other, shape (n,); what is below 0 counts as 0.
    first_month
        1 to 12: which month the first one is.

    Notes
    -----
    Log-linear in time with month effects, by quasi-likelihood (variance proportional to the mean), so that months without sales may be
    there. Calendar months that never had any fit by themselves and tell nothing of chance: they are left out. The variance is that of the
    deviations, times (1 + r) / (1 − r) where neighbouring deviations go together (r > 0).

    References
    ----------
    R. W. M. Wedderburn: Quasi-likelihood functions, generalized linear models, and the Gauss-Newton method. Biometrika 61 (1974), 439–447.

    Examples
    --------
    >>> months = 100 * 1.1 ** (np.arange(36) / 12)
    >>> found = trend(months, 1)
    >>> round(found.per_year, 4), found.low <= found.per_year <= found.high
    (0.1, True)
    """
    y = np.maximum(values, 0.0)
    n = len(y)
    if n < LEAST_MONTHS or int((y > 0).sum()) < LEAST_ACTIVE:
        return None
    month = (np.arange(n) + first_month - 1) % 12
    open_months = np.flatnonzero(np.bincount(month, y, 12) > 0)
    at = np.flatnonzero(np.isin(month, open_months))
    y = y[at]
    design = np.column_stack([at / 12.0, (month[at][:, None] == open_months[None, :]).astype(float)])
    mean = y + y.mean() * 0.1 + 1e-12
    slopes = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        working = np.log(mean) + (y - mean) / mean
        root = np.sqrt(mean)
        fresh = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        mean = np.exp(np.clip(design @ fresh, -700, 700)) + 1e-300
        is_done = bool(np.abs(fresh - slopes).max() < _CLOSE * (1 + np.abs(fresh).max()))
        slopes = fresh
        if is_done:
            break
    deviations = (y - mean) / np.sqrt(mean)
    free = len(at) - design.shape[1]
    spread = float(deviations @ deviations) / free
    whole = float(deviations @ deviations)
    together = float((deviations[1:] * deviations[:-1])[np.diff(at) == 1].sum())
    memory = float(np.clip(together / whole if whole > 0 else 0.0, 0.0, _MOST_MEMORY))
    covariance = np.linalg.pinv((design * mean[:, None]).T @ design) * spread * (1 + memory) / (1 - memory)
    half = float(stats.t.ppf(0.975, free) * np.sqrt(max(covariance[0, 0], 0.0)))
    slope, ends = float(slopes[0]), np.clip([slopes[0] - half, slopes[0] + half], -50, 50)
    return Trend(float(np.expm1(slope)), float(np.expm1(ends[0])), float(np.expm1(ends[1])), memory)
