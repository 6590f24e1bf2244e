"""Quality of territories: four sub-scores, a class, and how far the class hangs on the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.errors import InputError

CLASSES = ("high", "medium", "low")
_DRAWS = 1_000
_FIRMNESS = 20.0


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the factors of quality.

    Attributes
    ----------
    name
        Of the factor.
    weight
        Above 0; weights are scaled to sum to 1.
    higher_is_better
        False for travel time, cost or competition.
    """

    name: str
    weight: float = 1.0
    higher_is_better: bool = True


@dataclass(frozen=True, eq=False)
class Quality:
    """Result for n territories and p factors.

    Attributes
    ----------
    sub_scores
        0 to 100, shape (n, p).
    score
        Weighted mean, shape (n,).
    low, high
        Where the score is in 95 of 100 draws of the weights, shape (n,).
    classes
        ``high``, ``medium`` or ``low``, shape (n,).
    stability
        Share of draws of the weights with the same class, shape (n,).
    raise_first
        Factor that would lift the score most if it came up to the best territory, shape (n,).
    """

    sub_scores: FloatArray
    score: FloatArray
    low: FloatArray
    high: FloatArray
    classes: TextArray
    stability: FloatArray
    raise_first: TextArray


def territory_quality(values: FloatArray, factors: tuple[Factor, ...], *, seed: int = 0) -> Quality:
    """Score and class of territories.

    Parameters
    ----------
    values
        One column per factor, shape (n, p); NaN counts as the middle.
    factors
        p factors.
    seed
        Of the draws of the weights.

    Notes
    -----
    A sub-score is the share of the other territories that are beaten, ties half. Classes are thirds of the scores. The weights are drawn
    1,000 times from a Dirichlet distribution around the given ones: with four equal weights of 25 %, one draw in three moves a weight by
    more than 10 percentage points.

    Raises
    ------
    InputError
        If there are fewer than three territories, or a weight is not above 0.

    Examples
    --------
    >>> found = territory_quality(np.array([[9.0, 1], [5, 2], [1, 3]]), (Factor("potential"), Factor("travel", 1, False)))
    >>> found.score.tolist(), found.classes.tolist()
    ([100.0, 50.0, 0.0], ['high', 'medium', 'low'])
    """
    if len(values) < len(CLASSES):
        raise InputError(
            f"found {len(values)} territories; expected 3 or more to tell high from low", code="too_little_data", field="territories"
        )
    weights = np.array([f.weight for f in factors], dtype=np.float64)
    if not (weights > 0).all():
        raise InputError("the weight of a factor must be above 0; leave the factor out instead", code="insight_setting", field="weights")
    weights = weights / weights.sum()
    sub = np.column_stack([_sub_score(values[:, i], higher_is_better=f.higher_is_better) for i, f in enumerate(factors)])
    score = sub @ weights
    rng = np.random.default_rng(seed)
    drawn = rng.dirichlet(_FIRMNESS * weights, _DRAWS)
    scores = sub @ drawn.T
    classes = _thirds(score)
    same = np.mean([_thirds(scores[:, d]) == classes for d in range(_DRAWS)], axis=0)
    low, high = np.quantile(scores, [0.025, 0.975], axis=1)
    names = np.array([f.name for f in factors], dtype=object)
    words: TextArray = np.array(CLASSES, dtype=object)[classes]
    return Quality(sub, score, low, high, words, same, names[np.argmax((100 - sub) * weights, axis=1)])


def _sub_score(values: FloatArray, *, higher_is_better: bool) -> FloatArray:
    from scipy.stats import rankdata

    filled = np.where(np.isfinite(values), values, np.nanmedian(values) if np.isfinite(values).any() else 0.0)
    ranks = rankdata(filled if higher_is_better else -filled)
    return 100 * (ranks - 1) / (len(values) - 1)


def _thirds(score: FloatArray) -> NDArray[np.int64]:
    """0 for the upper third, 1, 2; equal scores get one class."""
    from scipy.stats import rankdata

    above = rankdata(-score, method="min") - 1
    return np.minimum((3 * above) // len(score), 2).astype(np.int64)
