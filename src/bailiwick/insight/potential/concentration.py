"""How unevenly a measure is spread: Pareto curve, ABC classes, Gini index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray, TextArray

_BOOTSTRAPS = 300


@dataclass(frozen=True, eq=False)
class Concentration:
    """Spread of a measure over n accounts.

    Attributes
    ----------
    share_of_rows, share_of_sum
        The Pareto curve from (0, 0) to (1, 1), the largest first, shape (n + 1,).
    top_share
        Share of the sum that the largest 20 % bring.
    gini
        0 all alike … 1 one has everything.
    gini_low, gini_high
        95 % interval, bootstrap over accounts.
    classes
        ``A`` for the largest that bring 80 % of the sum, ``B`` up to 95 %, ``C`` the rest, shape (n,).
    """

    share_of_rows: FloatArray
    share_of_sum: FloatArray
    top_share: float
    gini: float
    gini_low: float
    gini_high: float
    classes: TextArray


def concentration(values: FloatArray, *, seed: int = 0) -> Concentration:
    """Pareto curve, ABC classes and Gini index of amounts; negative and missing ones count as 0.

    Examples
    --------
    >>> found = concentration(np.array([80.0, 10, 5, 3, 2]))
    >>> round(found.top_share, 9), found.classes.tolist(), round(found.gini, 3)
    (0.8, ['A', 'B', 'B', 'C', 'C'], 0.652)
    """
    amounts = np.maximum(np.nan_to_num(values), 0.0)
    order = np.argsort(-amounts, kind="stable")
    n, total = len(amounts), float(amounts.sum())
    cumulated = np.cumsum(amounts[order]) / total if total > 0 else np.arange(1, n + 1) / n
    curve = np.r_[0.0, cumulated]
    rows = np.arange(n + 1) / n
    before = curve[:-1]
    words: TextArray = np.empty(n, dtype=object)
    words[order] = np.where(before < 0.8 - 1e-12, "A", np.where(before < 0.95 - 1e-12, "B", "C"))
    rng = np.random.default_rng(seed)
    draws = [gini_index(amounts[rng.integers(n, size=n)]) for _ in range(_BOOTSTRAPS)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return Concentration(rows, curve, float(np.interp(0.2, rows, curve)), gini_index(amounts), float(low), float(high), words)


def gini_index(values: FloatArray) -> float:
    """Mean difference of all pairs ÷ twice the mean.

    Examples
    --------
    >>> gini_index(np.array([1.0, 1.0])), gini_index(np.array([0.0, 1.0]))
    (0.0, 0.5)
    """
    ordered = np.sort(values)
    n, total = len(ordered), ordered.sum()
    if total <= 0:
        return 0.0
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))
