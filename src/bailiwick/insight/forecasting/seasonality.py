"""Whether a series has a season at all, and its indices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.insight.forecasting.methods import SEASON

LEAST_MONTHS = 24
_PERMUTATIONS = 999
_BOOTSTRAPS = 300


@dataclass(frozen=True, eq=False)
class Season:
    """Season of one series.

    Attributes
    ----------
    indices, low, high
        Of January to December, mean 1, with 90 % intervals, shape (12,); NaN where nothing was observed.
    p_value
        How often shuffled months differ as much.
    """

    indices: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: float


def season(values: FloatArray, first_month: int, *, seed: int = 0) -> Season | None:
    """Test for a season and estimate its indices; None below 24 months or without sales in some month.

    The series is divided by a straight line through its logarithms, so that growth is no season. The test statistic is the variance between
    calendar months; it is compared with shuffled months.

    Parameters
    ----------
    values
        Monthly, shape (T,).
    first_month
        Months since 1970-01 of the first value.

    Examples
    --------
    >>> months = np.arange(48)
    >>> found = season(100 + 50 * (months % 12 == 11), 0)
    >>> round(float(found.indices[11]), 2), found.p_value <= 0.01
    (1.43, True)
    """
    if len(values) < LEAST_MONTHS or (values <= 0).any():
        return None
    logs = np.log(values)
    steps: NDArray[np.int64] = np.arange(len(logs), dtype=np.int64)
    rest = logs - np.polyval(np.polyfit(steps, logs, 1), steps)
    month = (first_month + steps) % SEASON
    rng = np.random.default_rng(seed)
    actual = _between(rest, month)
    hits = sum(_between(rng.permutation(rest), month) >= actual for _ in range(_PERMUTATIONS))
    indices = _indices(rest, month)
    inner = rest - _means(rest, month)[month]
    draws = np.array(
        [
            _indices(_means(rest, month)[month] + rng.choice(inner, len(inner)) * np.sqrt(len(inner) / max(len(inner) - SEASON, 1)), month)
            for _ in range(_BOOTSTRAPS)
        ]
    )
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    return Season(indices, low, high, float((hits + 1) / (_PERMUTATIONS + 1)))


def _means(rest: FloatArray, month: NDArray[np.int64]) -> FloatArray:
    count = np.bincount(month, minlength=SEASON)
    return np.asarray(np.bincount(month, rest, minlength=SEASON) / np.maximum(count, 1))


def _between(rest: FloatArray, month: NDArray[np.int64]) -> float:
    return float((np.bincount(month, minlength=SEASON) * _means(rest, month) ** 2).sum())


def _indices(rest: FloatArray, month: NDArray[np.int64]) -> FloatArray:
    found = np.exp(_means(rest, month))
    return np.asarray(found / found.mean())
