"""Clusters of accounts: how many, how stable, and what sets each apart in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClusterMixin

from bailiwick.domain import FloatArray
from bailiwick.domain.said import plain, say, say_all
from bailiwick.domain.wording import percent
from bailiwick.insight.extra import one_thread
from bailiwick.insight.features import as_frame, is_words, signed_log

if TYPE_CHECKING:
    import pandas as pd

STABLE, DOUBTFUL = 0.75, 0.6
"""A cluster found again with this mean Jaccard similarity counts as stable; below the second as none (Hennig 2007)."""
_MOST_LEVELS = 20
_MOST_ROWS = 4_000
_SKEWED = 1.5


class AccountClusterer(ClusterMixin, BaseEstimator):
    """Groups of accounts that are alike (k-means on scaled columns), with a measure of their stability.

    Numbers are scaled, skewed ones by their logarithm first; missing ones stand in the middle. A column of
    words weighs as much as a number.

    Parameters
    ----------
    n_clusters
        How many; None: of 2 to ``most`` the one whose clusters are found again best on samples, with the larger number where it is equal.
    most
        Largest number that is tried.
    n_samples
        Bootstrap samples for the stability.
    seed
        Of the random source.

    Attributes
    ----------
    labels_
        Cluster of each row, 0 … k − 1, the largest first, shape (n,).
    n_clusters_
        k.
    stability_
        Mean Jaccard similarity of each cluster with the nearest cluster of bootstrap samples, shape (k,): 1 is found again each time.
    tried_
        Number of clusters → mean stability.

    References
    ----------
    Hennig, Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52, 2007.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(9, 1, (40, 2))])
    >>> found = AccountClusterer(n_samples=5).fit(x)
    >>> found.n_clusters_, np.bincount(found.labels_).tolist()
    (2, [60, 40])
    """

    def __init__(self, n_clusters: int | None = None, most: int = 8, n_samples: int = 20, seed: int = 0) -> None:
        self.n_clusters = n_clusters
        self.most = most
        self.n_samples = n_samples
        self.seed = seed

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, x: Any, y: Any = None) -> AccountClusterer:
        """Find the clusters of accounts, x of shape (n, p)."""
        frame = as_frame(self, x, reset=True)
        self._learn_scales(frame)
        values = self._scaled(frame)
        with one_thread():
            rng = np.random.default_rng(self.seed)
            k = self.n_clusters or self._choose(values, rng)
            k = min(k, len(np.unique(values, axis=0)))
            centres, labels = self._cluster(values, k, self.seed)
            order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
            self.centres_ = centres[order]
            self.labels_ = np.argsort(order)[labels]
            self.n_clusters_ = k
            self.stability_ = self._stability(values, self.labels_, k, rng)
        return self

    def predict(self, x: Any) -> NDArray[np.int64]:
        """Cluster of new accounts, shape (n,)."""
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "centres_")
        return _nearest(self._scaled(as_frame(self, x, reset=False)), self.centres_)

    def as_plain(self) -> dict[str, Any]:
        """What `predict` needs, as JSON has it."""
        scales = [list(scale) for scale in self.scales_]
        return {"columns": self.feature_names_in_.tolist(), "scales": scales, "levels": self.levels_, "centres": self.centres_.tolist()}

    @classmethod
    def from_plain(cls, kept: Mapping[str, Any]) -> AccountClusterer:
        """A model that predicts as the one did that was kept by `as_plain`."""
        model = cls(len(kept["centres"]))
        model.scales_ = [(str(name), bool(skewed), float(m), float(a), float(s)) for name, skewed, m, a, s in kept["scales"]]
        model.levels_ = {str(name): [str(level) for level in levels] for name, levels in kept["levels"].items()}
        model.centres_ = np.array(kept["centres"], dtype=np.float64)
        model.n_clusters_ = len(model.centres_)
        model.feature_names_in_ = np.array(kept["columns"], dtype=object)
        model.n_features_in_ = len(model.feature_names_in_)
        return model

    @property
    def number_names(self) -> list[str]:
        """The columns that are taken as numbers."""
        return [scale[0] for scale in self.scales_]

    def _learn_scales(self, frame: pd.DataFrame) -> None:
        self.scales_: list[tuple[str, bool, float, float, float]] = []
        self.levels_: dict[str, list[str]] = {}
        for name in map(str, frame.columns):
            if is_words(frame[name]):
                counts = frame[name].astype(str).value_counts()
                self.levels_[name] = sorted(counts.index[:_MOST_LEVELS])
                continue
            values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            is_skewed = _skewness(values) > _SKEWED
            used = signed_log(values) if is_skewed else values
            known = used[np.isfinite(used)]
            middle = float(np.median(known)) if len(known) else 0.0
            spread = float(known.std()) if len(known) else 0.0
            self.scales_.append((name, is_skewed, middle, float(known.mean()) if len(known) else 0.0, spread or 1.0))

    def _scaled(self, frame: pd.DataFrame) -> FloatArray:
        columns = []
        for name, is_skewed, middle, mean, spread in self.scales_:
            values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            used = signed_log(values) if is_skewed else values
            columns.append((np.where(np.isfinite(used), used, middle) - mean) / spread)
        for name, levels in self.levels_.items():
            texts = frame[name].astype(str).to_numpy(dtype=object)
            one_hot = np.column_stack([texts == level for level in levels]).astype(np.float64)
            total = float(np.sqrt(one_hot.var(axis=0).sum())) or 1.0
            columns += list((one_hot / total).T)
        return np.column_stack(columns)

    def _cluster(self, values: FloatArray, k: int, seed: int) -> tuple[FloatArray, NDArray[np.int64]]:
        from sklearn.cluster import KMeans

        fitted = KMeans(k, n_init=4, random_state=seed).fit(values)
        return fitted.cluster_centers_, fitted.labels_.astype(np.int64)

    def _choose(self, values: FloatArray, rng: np.random.Generator) -> int:
        some = values[np.sort(rng.permutation(len(values))[:_MOST_ROWS])]
        n_distinct = len(np.unique(some, axis=0))
        self.tried_: dict[int, float] = {}
        for k in range(2, min(self.most, n_distinct) + 1):
            _, labels = self._cluster(some, k, self.seed)
            self.tried_[k] = float(self._stability(some, labels, k, rng, n_samples=max(3, self.n_samples // 2)).min())
        if not self.tried_:
            return 1
        best = max(self.tried_.values())
        return max(k for k, stability in self.tried_.items() if stability >= min(best, max(STABLE, best - 0.05)))

    def _stability(
        self, values: FloatArray, labels: NDArray[np.int64], k: int, rng: np.random.Generator, n_samples: int | None = None
    ) -> FloatArray:
        found = np.zeros(k)
        n = n_samples or self.n_samples
        for _ in range(n):
            rows = rng.integers(len(values), size=len(values))
            kept = np.unique(rows)
            if len(np.unique(values[kept], axis=0)) < k:
                continue
            centres, _ = self._cluster(values[rows], k, int(rng.integers(2**31)))
            again = _nearest(values[kept], centres)
            both = np.zeros((k, k))
            np.add.at(both, (labels[kept], again), 1)
            union = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
            found += (both / np.maximum(union, 1)).max(axis=1)
        return found / max(n, 1)


def _skewness(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    spread = known.std() if len(known) else 0.0
    return float(np.abs(((known - known.mean()) ** 3).mean()) / spread**3) if spread > 0 else 0.0


def _nearest(values: FloatArray, centres: FloatArray) -> NDArray[np.int64]:
    squares = (centres**2).sum(axis=1) - 2 * values @ centres.T
    return np.argmin(squares, axis=1).astype(np.int64)


def describe(frame: pd.DataFrame, members: NDArray[np.bool_], most: int = 3) -> str:
    """What sets members apart from all, in plain words.

    Numbers are told by their median against that of all, words by the level that is most overrepresented; the strongest first.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"staff": [5.0, 6, 7, 400, 500], "trade": ["bar", "bar", "bar", "hotel", "hotel"]})
    >>> describe(frame, np.array([False, False, False, True, True]))
    'trade hotel (100 % against 40.0 % of all); staff higher (median 450 against 7)'
    """
    told: list[tuple[float, str]] = []
    for name in frame.columns:
        column = frame[name]
        if is_words(column):
            told += _words_told(str(name), column.astype(str).to_numpy(dtype=object), members)
            continue
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        inside, everybody = values[members & np.isfinite(values)], values[np.isfinite(values)]
        if not len(inside):
            continue
        place = float((everybody < np.median(inside)).mean() + 0.5 * (everybody == np.median(inside)).mean()) - 0.5
        if abs(place) >= 0.15:
            medians = {"ours": plain(float(np.median(inside)), ",.6g"), "all": plain(float(np.median(everybody)), ",.6g")}
            higher = say("%(column)s higher (median %(ours)s against %(all)s)", column=name, **medians)
            lower = say("%(column)s lower (median %(ours)s against %(all)s)", column=name, **medians)
            told.append((2 * abs(place), higher if place > 0 else lower))
    told.sort(key=lambda item: -item[0])
    return say_all([text for _, text in told[:most]], "; ") if told else say("near the middle in everything")


def _words_told(name: str, texts: NDArray[np.object_], members: NDArray[np.bool_]) -> list[tuple[float, str]]:
    levels, codes = np.unique(texts.astype(str), return_inverse=True)
    inside = np.bincount(codes[members], minlength=len(levels)) / max(members.sum(), 1)
    everybody = np.bincount(codes, minlength=len(levels)) / len(texts)
    top = int(np.argmax(inside - everybody))
    if inside[top] - everybody[top] < 0.15:
        return []
    text = say(
        "%(column)s %(level)s (%(ours)s against %(all)s of all)",
        column=name,
        level=levels[top] or say("(none)"),
        ours=percent(float(inside[top])),
        all=percent(float(everybody[top])),
    )
    return [(2 * float(inside[top] - everybody[top]), text)]


def level_words(stability: Sequence[float]) -> list[str]:
    """``stable``, ``doubtful`` or ``not stable`` for each cluster."""
    return [say("stable") if s >= STABLE else say("doubtful") if s >= DOUBTFUL else say("not stable") for s in stability]
