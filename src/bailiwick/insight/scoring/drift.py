"""Whether the leads of today look like those that were learned from: population stability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.insight.features import is_words

if TYPE_CHECKING:
    import pandas as pd

SOME, MUCH = 0.10, 0.25
"""From these values of the index on a shift counts as some and as much, by custom."""
_N_BINS = 10
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Drift:
    """Shift of one column.

    Attributes
    ----------
    name
        Of the column.
    index
        Population stability index: Σ (new − old) · ln(new ÷ old) over bins; 0 is no shift.
    by_chance
        What 99 of 100 samples of this size stay below without any shift.
    level
        ``none``, ``some`` or ``much``; ``none`` also where chance explains it.
    """

    name: str
    index: float
    by_chance: float
    level: str


def stability_index(old: FloatArray, new: FloatArray) -> float:
    """Population stability index of two distributions over the same bins.

    Examples
    --------
    >>> round(stability_index(np.array([50.0, 50.0]), np.array([25.0, 75.0])), 4)
    0.2747
    """
    p, q = (np.maximum(c / max(c.sum(), 1), _FLOOR) for c in (old, new))
    return float(((q - p) * np.log(q / p)).sum())


def drift(reference: pd.DataFrame, recent: pd.DataFrame) -> list[Drift]:
    """Shift of every column, the largest first."""
    from scipy.stats import chi2

    found = []
    for name in reference.columns:
        old, new = _counts(reference[name], recent[name])
        index = stability_index(old, new)
        chance = float(chi2.ppf(0.99, max(len(old) - 1, 1)) * (1 / max(old.sum(), 1) + 1 / max(new.sum(), 1)))
        level = "none" if index < max(SOME, chance) else "some" if index < max(MUCH, chance) else "much"
        found.append(Drift(str(name), index, chance, level))
    return sorted(found, key=lambda d: -d.index)


def _counts(old: pd.Series, new: pd.Series) -> tuple[FloatArray, FloatArray]:
    if is_words(old):
        levels = sorted(set(old.astype(str)) | set(new.astype(str)))
        place = {level: i for i, level in enumerate(levels)}
        codes = [np.array([place[text] for text in side.astype(str)], dtype=np.int64) for side in (old, new)]
        size = len(levels)
    else:
        values = [side.to_numpy(dtype=np.float64, na_value=np.nan) for side in (old, new)]
        known = values[0][np.isfinite(values[0])]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, _N_BINS + 1)[1:-1])) if len(known) else np.zeros(0)
        codes = [np.where(np.isfinite(v), np.searchsorted(edges, v, side="right") + 1, 0) for v in values]
        size = len(edges) + 2
    return _bincount(codes[0], size), _bincount(codes[1], size)


def _bincount(codes: NDArray[np.int64], size: int) -> FloatArray:
    return np.bincount(codes, minlength=size).astype(np.float64)
