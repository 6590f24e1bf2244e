"""Potential of accounts from drivers: what well-served accounts of the same kind buy, with an honest interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from bailiwick.domain import FloatArray
from bailiwick.insight.extra import one_thread
from bailiwick.insight.features import Coder, as_frame, linear_steps

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.90
"""Level of the intervals of single accounts."""
_FOR_TREES = 100
_MOST_LINEAR = 3_000
_CANDIDATES = ("same for all", "linear", "trees")


class PotentialModel(RegressorMixin, BaseEstimator):
    """A high quantile of sales given drivers.

    The potential of an account is what the fraction ``quantile`` of similar accounts stays below: with 0.75, what one in four similar
    accounts reaches. Of three models of the logarithm of sales, simple ones first (the same for all, linear, boosted trees), the one with
    the least pinball loss in cross-validation is taken; a simpler one if it is within one standard error.

    Parameters
    ----------
    quantile
        Of the sales of similar accounts that counts as potential.
    n_folds
        Of the cross-validation.
    n_samples
        Bootstrap samples for the interval of the potential.
    seed
        Of the random source.

    Attributes
    ----------
    chosen_
        Name of the model.
    losses_
        Name → mean pinball loss out of fold and its standard error, of logarithms.
    out_of_fold_
        Potential of every row by a model that has not seen it, shape (n,).

    Examples
    --------
    >>> staff = np.tile([1.0, 10.0, 100.0], 40)[:, None]
    >>> sales = staff[:, 0] * np.repeat([1.0, 2.0, 3.0, 4.0], 30)
    >>> model = PotentialModel(quantile=0.7, n_samples=5).fit(staff, sales)
    >>> bool(250 < model.predict([[100.0]])[0] < 450)
    True
    """

    def __init__(self, quantile: float = 0.75, n_folds: int = 5, n_samples: int = 30, seed: int = 0) -> None:
        self.quantile = quantile
        self.n_folds = n_folds
        self.n_samples = n_samples
        self.seed = seed

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.regressor_tags.poor_score = True  # a high quantile, not the mean
        return tags

    def fit(self, x: Any, y: ArrayLike) -> PotentialModel:
        """Learn from accounts with sales.

        Parameters
        ----------
        x
            Drivers: columns of numbers and words, shape (n, p).
        y
            Sales, shape (n,).
        """
        from sklearn.utils.validation import _check_y, check_consistent_length

        frame = as_frame(self, x, reset=True)
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        sales = np.asarray(_check_y(y, y_numeric=True, estimator=self), dtype=np.float64)
        check_consistent_length(frame, sales)
        self.coder_ = Coder().fit(frame)
        values = self.coder_.transform(frame)
        rng = np.random.default_rng(self.seed)
        with one_thread():
            self._choose(values, to_log(sales), rng)
            self.models_ = self._samples(values, to_log(sales), rng)
        self.ranges_ = np.column_stack([np.nanquantile(values, q, axis=0) for q in (0.005, 0.995)])
        return self

    def _choose(self, values: FloatArray, logs: FloatArray, rng: np.random.Generator) -> None:
        n = len(logs)
        folds = np.array_split(rng.permutation(n), min(self.n_folds, max(n // 2, 1)))
        names = (
            [c for c in _CANDIDATES if (c != "trees" or n >= _FOR_TREES) and (c != "linear" or n <= _MOST_LINEAR)]
            if n >= 10
            else ["linear"]
        )
        found = {}
        for name in names:
            ahead = np.empty(n)
            for fold in folds:
                learn = np.setdiff1d(np.arange(n), fold) if len(folds) > 1 else fold
                ahead[fold] = self._fitted(name, values[learn], logs[learn], self.seed).predict(values[fold])
            found[name] = ahead
        losses = {name: pinball(logs, ahead, self.quantile) for name, ahead in found.items()}
        self.losses_ = {name: (float(loss.mean()), float(loss.std() / np.sqrt(n))) for name, loss in losses.items()}
        best = min(losses, key=lambda name: losses[name].mean())
        self.chosen_ = next(
            name for name in names if (losses[name] - losses[best]).mean() <= (losses[name] - losses[best]).std() / np.sqrt(n) + 1e-12
        )
        self.out_of_fold_ = from_log(found[self.chosen_])
        self.model_ = self._fitted(self.chosen_, values, logs, self.seed)

    def _samples(self, values: FloatArray, logs: FloatArray, rng: np.random.Generator) -> list[Any]:
        rows = [rng.integers(len(logs), size=len(logs)) for _ in range(self.n_samples)]
        return [self._fitted(self.chosen_, values[r], logs[r], self.seed) for r in rows]

    def _fitted(self, name: str, values: FloatArray, logs: FloatArray, seed: int) -> Any:
        from sklearn.dummy import DummyRegressor
        from sklearn.ensemble import HistGradientBoostingRegressor
        from sklearn.linear_model import QuantileRegressor
        from sklearn.pipeline import make_pipeline

        if name == "same for all":
            return DummyRegressor(strategy="quantile", quantile=self.quantile).fit(values, logs)
        if name == "linear":
            return make_pipeline(linear_steps(self.coder_), QuantileRegressor(quantile=self.quantile, alpha=1e-4, solver="highs")).fit(
                values, logs
            )
        return HistGradientBoostingRegressor(
            loss="quantile",
            quantile=self.quantile,
            learning_rate=0.06,
            max_iter=100,
            max_leaf_nodes=8,
            min_samples_leaf=20,
            l2_regularization=1.0,
            categorical_features=self.coder_.is_coded if any(self.coder_.is_coded) else None,
            early_stopping=False,
            random_state=seed,
        ).fit(values, logs)

    def predict(self, x: Any) -> FloatArray:
        """Potential in currency, shape (n,)."""
        return from_log(self._log(self._values(x), self.model_))

    def draws(self, x: Any) -> FloatArray:
        """Potential by models of bootstrap samples, shape (n_samples, n): their spread is what the data leave open."""
        values = self._values(x)
        return np.array([from_log(self._log(values, model)) for model in self.models_])

    def is_extrapolated(self, x: Any) -> NDArray[np.bool_]:
        """Whether a driver is outside what was learned from: a number beyond it, or a word that was not there, shape (n,)."""
        values = self._values(x)
        frame = as_frame(self, x, reset=False)
        low, high = self.ranges_[:, 0], self.ranges_[:, 1]
        span = np.maximum(high - low, 1e-12)
        coded = np.array(self.coder_.is_coded, bool)
        outside = ((values < low - 0.02 * span) | (values > high + 0.02 * span)) & ~coded
        for i in np.flatnonzero(coded):
            outside[:, i] = ~np.isfinite(values[:, i]) & (frame.iloc[:, i].astype(str).to_numpy(dtype=object) != "")
        return outside.any(axis=1)

    def _values(self, x: Any) -> FloatArray:
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "model_")
        return self.coder_.transform(as_frame(self, x, reset=False))

    def _log(self, values: FloatArray, model: Any) -> FloatArray:
        with one_thread():
            return np.asarray(model.predict(values), dtype=np.float64)


def to_log(sales: FloatArray) -> FloatArray:
    """Signed logarithm of 1 + sales: sums of returns stay in order."""
    return np.asarray(np.sign(sales) * np.log1p(np.abs(sales)))


def from_log(logs: FloatArray) -> FloatArray:
    """Back from `to_log`."""
    return np.asarray(np.sign(logs) * np.expm1(np.minimum(np.abs(logs), 60.0)))


def pinball(actual: FloatArray, ahead: FloatArray, quantile: float) -> FloatArray:
    """Loss of a quantile: too low costs ``quantile`` per unit, too high the rest.

    Examples
    --------
    >>> pinball(np.array([2.0, 0.0]), np.array([1.0, 1.0]), 0.75).tolist()
    [0.75, 0.25]
    """
    gap = actual - ahead
    return np.asarray(np.maximum(quantile * gap, (quantile - 1) * gap))


def conformal_reach(actual: FloatArray, ahead: FloatArray, level: float = LEVEL) -> tuple[float, float]:
    """How far, in logarithms, actual sales lie from what was said out of fold: ends of an interval that holds ``level`` of them.

    Notes
    -----
    Split-conformal on rows that the model has not seen (cross-conformal): of exchangeable accounts at least about ``level`` fall inside.
    """
    gap = to_log(actual) - to_log(ahead)
    n = len(gap)
    part = (1 - level) / 2
    low = np.quantile(gap, max(part - 1 / (n + 1), 0.0))
    high = np.quantile(gap, min((1 - part) * (1 + 1 / n), 1.0))
    return float(low), float(high)


def driver_effects(model: PotentialModel, frame: pd.DataFrame, rng: np.random.Generator, most_rows: int = 400) -> list[dict[str, Any]]:
    """Effect of each driver: how the potential changes between its lower and upper quarter (or its lowest and highest level).

    The 90 % interval is from the bootstrap models.
    """
    from bailiwick.insight.features import is_words

    some = frame.iloc[np.sort(rng.permutation(len(frame))[:most_rows])]
    found = []
    for name in frame.columns:
        ends = _ends(model, some, str(name)) if is_words(frame[name]) else tuple(np.nanquantile(frame[name], [0.25, 0.75]).tolist())
        draws = [model.draws(some.assign(**{str(name): end})).mean(axis=1) for end in ends]
        ratio = draws[1] / np.maximum(draws[0], 1e-9) - 1
        middle = [float(model.predict(some.assign(**{str(name): end})).mean()) for end in ends]
        low, high = np.quantile(ratio, [0.05, 0.95])
        found.append(
            {
                "driver": str(name),
                "from": str(ends[0]),
                "to": str(ends[1]),
                "change": middle[1] / max(middle[0], 1e-9) - 1,
                "change_low": float(low),
                "change_high": float(high),
            }
        )
    return sorted(found, key=lambda row: -abs(float(row["change"])))


def _ends(model: PotentialModel, some: pd.DataFrame, name: str) -> tuple[str, str]:
    levels = [level for level in model.coder_.levels_[name][:12] if level] or [""]
    means = [float(model.predict(some.assign(**{name: level})).mean()) for level in levels]
    return levels[int(np.argmin(means))], levels[int(np.argmax(means))]
