"""The ideal customer: what won customers have in common, as points that add up to 100; and who looks like the best ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import plain, say
from bailiwick.insight.features import as_frame, is_words

if TYPE_CHECKING:
    import pandas as pd

_N_BINS = 5
_MISSING = say("(none)")
_OTHER = "(other)"


@dataclass(frozen=True, slots=True)
class Trait:
    """One level or range of a field, and how much more often it stands among won customers.

    Attributes
    ----------
    field, level
        For example ``employees`` and ``50 to 250``.
    share_won, share_others
        Share of the won and of all others with it.
    evidence
        Logarithm of the ratio of these shares, drawn towards 0 where there are few.
    points
        Of the score that it gives.
    """

    field: str
    level: str
    share_won: float
    share_others: float
    evidence: float
    points: float


class ProfileScorer(BaseEstimator):
    """Fit of prospects to the profile of won customers, 0 to 100.

    Every field gives points by its level: from none for the level that is rarest among won customers (against all others) to the most
    for the level that is most typical. How many points a field can give follows from a logistic regression on the evidence of all
    fields together, so that fields that say the same share their points; fields that say nothing give none.

    Parameters
    ----------
    smoothing
        Rows of no evidence added to each level.

    Attributes
    ----------
    fields_
        The fields, shape (p,).
    most_points_
        What each field can give, shape (p,); they add up to 100.
    traits_
        All levels with their points.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"trade": ["bar", "bar", "shop", "shop"] * 30})
    >>> scorer = ProfileScorer().fit(frame, np.array([1, 1, 0, 1] * 30))
    >>> scorer.predict(pd.DataFrame({"trade": ["bar", "shop"]})).round().tolist()
    [100.0, 0.0]
    """

    def __init__(self, smoothing: float = 10.0) -> None:
        self.smoothing = smoothing

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True  # missing is a level of its own
        return tags

    def fit(self, x: Any, y: ArrayLike) -> ProfileScorer:
        """Learn the profile.

        Parameters
        ----------
        x
            Columns of numbers and words, shape (n, p).
        y
            1 for won customers, 0 for all others, shape (n,).
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.utils.validation import check_consistent_length, column_or_1d

        frame = as_frame(self, x, reset=True)
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        won = column_or_1d(y).astype(float) > 0.5
        check_consistent_length(frame, won)
        self.fields_ = [str(name) for name in frame.columns]
        self.edges_ = {str(name): _edges(frame[name]) for name in frame.columns if not is_words(frame[name])}
        levels = {name: self._levels(frame, name) for name in self.fields_}
        self.evidence_ = {name: _evidence(levels[name], won, self.smoothing) for name in self.fields_}
        table = np.column_stack([self._values(name, levels[name]) for name in self.fields_])
        if won.all() or not won.any():
            weights = np.ones(table.shape[1])
        else:
            weights = np.maximum(LogisticRegression(C=1.0, max_iter=1000).fit(table, won).coef_[0], 0.0)
        spans = weights * np.array([_span(self.evidence_[name]) for name in self.fields_])
        self.most_points_ = 100 * spans / spans.sum() if spans.sum() > 0 else np.full(len(spans), 100 / len(spans))
        self.traits_ = self._traits(levels, won)
        return self

    def points(self, x: Any) -> FloatArray:
        """Points by field, shape (n, p)."""
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "traits_")
        frame = as_frame(self, x, reset=False)
        columns = []
        for name, most in zip(self.fields_, self.most_points_, strict=True):
            values = self._values(name, self._levels(frame, name))
            least, span = min(self.evidence_[name].values()), _span(self.evidence_[name])
            columns.append(most * (values - least) / span if span > 0 else np.full(len(values), most / 2))
        return np.column_stack(columns)

    def predict(self, x: Any) -> FloatArray:
        """Score 0 to 100, shape (n,)."""
        return self.points(x).sum(axis=1)

    def levels(self, frame: pd.DataFrame) -> dict[str, TextArray]:
        """Level of every field of every row, in words."""
        return {name: self._levels(frame, name) for name in self.fields_}

    def _levels(self, frame: pd.DataFrame, name: str) -> TextArray:
        if name not in self.edges_:
            return np.array([text or _MISSING for text in frame[name].astype(str)], dtype=object)
        return _ranges(frame[name].to_numpy(dtype=np.float64, na_value=np.nan), self.edges_[name])

    def _values(self, name: str, levels: TextArray) -> FloatArray:
        known = self.evidence_[name]
        return np.array([known.get(level, 0.0) for level in levels])

    def _traits(self, levels: dict[str, TextArray], won: NDArray[np.bool_]) -> list[Trait]:
        found = []
        for name, most in zip(self.fields_, self.most_points_, strict=True):
            evidence = self.evidence_[name]
            least, span = min(evidence.values()), _span(evidence)
            for level, value in sorted(evidence.items(), key=lambda item: -item[1]):
                has = levels[name] == level
                points = float(most * (value - least) / span) if span > 0 else float(most / 2)
                shares = (float(has[won].mean()) if won.any() else 0.0, float(has[~won].mean()) if not won.all() else 0.0)
                found.append(Trait(name, level, *shares, value, points))
        return found


def _edges(column: pd.Series) -> FloatArray:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = values[np.isfinite(values)]
    if not len(known):
        return np.zeros(0)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _N_BINS + 1)[1:-1]))
    return edges[(edges > known.min()) & (edges <= known.max())]


def _ranges(values: FloatArray, edges: FloatArray) -> TextArray:
    if not len(edges):
        words: list[str] = [say("any")]
    else:
        inner = [say("%(low)s to %(high)s", low=plain(a, ".6g"), high=plain(b, ".6g")) for a, b in pairwise(edges)]
        words = [say("below %(high)s", high=plain(edges[0], ".6g")), *inner, say("%(low)s or more", low=plain(edges[-1], ".6g"))]
    place = np.searchsorted(edges, np.nan_to_num(values), side="right")
    return np.array([words[i] if ok else _MISSING for i, ok in zip(place, np.isfinite(values), strict=True)], dtype=object)


def _evidence(levels: TextArray, won: NDArray[np.bool_], smoothing: float) -> dict[str, float]:
    """Logarithm of the ratio of shares for each level, drawn towards 0."""
    base = np.clip(won.mean(), 1e-9, 1 - 1e-9)
    found = {}
    for level in sorted(set(levels.tolist())):
        has = levels == level
        rate = np.clip((won[has].sum() + smoothing * base) / (has.sum() + smoothing), 1e-9, 1 - 1e-9) if smoothing or has.any() else base
        found[level] = float(np.log(rate / (1 - rate)) - np.log(base / (1 - base)))
    return found


def _span(evidence: dict[str, float]) -> float:
    return max(evidence.values()) - min(evidence.values())


def lookalikes(
    best: pd.DataFrame, prospects: pd.DataFrame, weights: FloatArray | None = None, k: int = 3
) -> tuple[FloatArray, NDArray[np.int64]]:
    """How like the best customers prospects are.

    Parameters
    ----------
    best, prospects
        The same columns, p of them.
    weights
        Importance of the columns, shape (p,); None: all alike.
    k
        How many of the best are named.

    Returns
    -------
    Similarity 0 to 1 to the nearest of the best (Gower: 1 − weighted mean of differences, numbers by their rank, words equal or not),
    shape (n,), and the rows of the k nearest, shape (n, k).

    Notes
    -----
    O(b · n · p) for b best customers.
    """
    weights = np.ones(len(best.columns)) if weights is None or not np.asarray(weights).sum() > 0 else np.asarray(weights)
    distance = np.zeros((len(prospects), len(best)))
    for weight, name in zip(weights / weights.sum(), best.columns, strict=True):
        if is_words(best[name]):
            a, b = prospects[name].astype(str).to_numpy(dtype=object), best[name].astype(str).to_numpy(dtype=object)
            distance += weight * (a[:, None] != b[None, :])
        else:
            both = [side[name].to_numpy(dtype=np.float64, na_value=np.nan) for side in (prospects, best)]
            a, b = _ranks(both[0], np.concatenate(both)), _ranks(both[1], np.concatenate(both))
            gap = np.abs(a[:, None] - b[None, :])
            distance += weight * np.where(np.isfinite(gap), gap, 1.0)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, : min(k, len(best))]
    return 1 - distance[np.arange(len(prospects)), nearest[:, 0]], nearest


def _ranks(values: FloatArray, among: FloatArray) -> FloatArray:
    known = np.sort(among[np.isfinite(among)])
    share = (np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")) / (2 * max(len(known), 1))
    return np.where(np.isfinite(values), share, np.nan)
