"""How good probabilities are: ranking, sharpness, calibration; each with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray

Z = 1.959963984540054
_BOOTSTRAPS = 200


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def words(self, digits: int = 3) -> str:
        """``0.800 (0.790 to 0.810)``."""
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"

    def record(self) -> dict[str, float]:
        """For a document."""
        return {"value": self.value, "low": self.low, "high": self.high}


def area_under_curve(target: NDArray[np.int64], score: FloatArray) -> float:
    """Share of pairs of a win and a loss in which the win has the higher score (AUC); ties count half.

    Examples
    --------
    >>> area_under_curve(np.array([0, 1, 0, 1]), np.array([0.1, 0.9, 0.5, 0.5]))
    0.875
    """
    from scipy.stats import rankdata

    ranks = rankdata(score)
    n_won = int(target.sum())
    n_lost = len(target) - n_won
    if not n_won or not n_lost:
        return float("nan")
    return float((ranks[target == 1].sum() - n_won * (n_won + 1) / 2) / (n_won * n_lost))


def brier_score(target: NDArray[np.int64], probability: FloatArray) -> float:
    """Mean squared distance of probability and outcome; 0 is perfect.

    Examples
    --------
    >>> brier_score(np.array([1, 0]), np.array([0.5, 0.0]))
    0.125
    """
    return float(((probability - target) ** 2).mean())


def calibration_error(target: NDArray[np.int64], probability: FloatArray, n_bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and share of wins over bins of equally many rows.

    Examples
    --------
    >>> round(calibration_error(np.array([0, 0, 1, 1]), np.array([0.0, 0.2, 0.8, 1.0]), n_bins=2), 6)
    0.1
    """
    parts = np.array_split(np.argsort(probability, kind="stable"), min(n_bins, len(probability)))
    return float(sum(len(part) * abs(probability[part].mean() - target[part].mean()) for part in parts) / len(target))


def with_interval(fn: object, target: NDArray[np.int64], probability: FloatArray, rng: np.random.Generator) -> Interval:
    """A figure with its bootstrap interval over rows."""
    assert callable(fn)
    draws = []
    for _ in range(_BOOTSTRAPS):
        rows = rng.integers(len(target), size=len(target))
        draws.append(fn(target[rows], probability[rows]))
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Interval(float(fn(target, probability)), float(low), float(high))


def wilson(successes: FloatArray | float, trials: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """95 % interval of a share by Wilson's formula.

    Examples
    --------
    >>> low, high = wilson(5.0, 10.0)
    >>> round(float(low), 3), round(float(high), 3)
    (0.237, 0.763)
    """
    n = np.maximum(np.asarray(trials, np.float64), 1e-12)
    share = np.asarray(successes, np.float64) / n
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Probabilities against what came, in bins of equally many rows.

    Attributes
    ----------
    predicted, came
        Mean probability and share of wins, shape (b,).
    low, high
        95 % interval of the share of wins, shape (b,).
    count
        Rows, shape (b,).
    """

    predicted: FloatArray
    came: FloatArray
    low: FloatArray
    high: FloatArray
    count: NDArray[np.int64]

    @property
    def is_held(self) -> NDArray[np.bool_]:
        """Whether the mean probability of a bin lies within the interval of its share of wins, shape (b,)."""
        return (self.predicted >= self.low) & (self.predicted <= self.high)


def reliability(target: NDArray[np.int64], probability: FloatArray, n_bins: int = 10) -> Reliability:
    """The table behind a reliability picture."""
    parts = np.array_split(np.argsort(probability, kind="stable"), min(n_bins, len(probability)))
    counts = np.array([len(part) for part in parts])
    won = np.array([target[part].sum() for part in parts], dtype=np.float64)
    low, high = wilson(won, counts.astype(np.float64))
    return Reliability(np.array([probability[part].mean() for part in parts]), won / counts, low, high, counts)
