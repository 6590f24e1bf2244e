"""Which method forecasts which series: chosen by a rolling back-test, reconciled, with intervals from its errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.insight.forecasting.methods import METHODS, NAIVE, SEASON, arima, panel_trees, seasonal_naive, smoothing, theta
from bailiwick.insight.forecasting.panel import Panel
from bailiwick.insight.forecasting.reconcile import reconciler

LEVEL = 0.90
"""Level of the prediction intervals."""
_NORMAL_END = 1.6448536269514722
"""Of a normal distribution at the upper end of the level."""
_MOST_ORIGINS = 6
_OWN_WEIGHT = 0.5
_SMALL = 0.05
_POOL = METHODS[-1]


@dataclass(frozen=True, eq=False)
class Forecast:
    """Forecast of n series for h months.

    Attributes
    ----------
    values, low, high
        Reconciled forecast and its 90 % prediction interval, shape (n, h).
    methods
        Chosen method of each series, shape (n,).
    scores
        Method → mean absolute scaled error of each series over the back-test, shape (n,): below 1 is better than the seasonal naive
        forecast was inside the history.
    reconciled_score
        The same of what is given in the end, shape (n,).
    coverage
        Share of held-back months inside intervals that were made without them.
    n_origins
        How many times the past was cut off.
    """

    values: FloatArray
    low: FloatArray
    high: FloatArray
    methods: TextArray
    scores: dict[str, FloatArray]
    reconciled_score: FloatArray
    coverage: float
    n_origins: int


@dataclass(eq=False)
class _Runner:
    """All methods on all series from a cut; remembers forms and orders, which are searched at the first cut and for the end."""

    panel: Panel
    horizon: int
    seed: int
    orders: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    forms: dict[int, int] = field(default_factory=dict)

    def run(self, length: int) -> dict[str, FloatArray]:
        """Method → forecast of shape (n, h) from the first ``length`` months."""
        past = self.panel.values[:, :length]
        found: dict[str, list[FloatArray]] = {name: [] for name in METHODS[:4]}
        for i, series in enumerate(past):
            history = _started(series)
            found[NAIVE].append(seasonal_naive(series, self.horizon))
            found["theta"].append(theta(history, self.horizon))
            smooth, self.forms[i] = smoothing(history, self.horizon, self.forms.get(i))
            found["exponential smoothing"].append(smooth)
            ahead, self.orders[i] = arima(history, self.horizon, self.orders.get(i))
            found["ARIMA"].append(ahead)
        tables = {name: np.array(rows) for name, rows in found.items()}
        trees = panel_trees(past, int(self.panel.months[0]), self.horizon, seed=self.seed)
        if trees is not None:
            tables["trees over all series"] = trees
        if (self.panel.values >= 0).all():
            tables = {name: np.maximum(table, 0.0) for name, table in tables.items()}
        tables[_POOL] = np.mean(list(tables.values()), axis=0)
        return tables


def _started(series: FloatArray) -> FloatArray:
    """Without the months before the first sale."""
    sold = np.flatnonzero(series)
    start = int(sold[0]) if len(sold) else 0
    return series[start:] if len(series) - start >= 6 else series


def scales(values: FloatArray) -> FloatArray:
    """Mean absolute change against the same month a year before (or the month before in short series), shape (n,)."""
    step = SEASON if values.shape[1] > SEASON + 1 else 1
    found = np.abs(values[:, step:] - values[:, :-step]).mean(axis=1)
    return np.asarray(np.where(found > 0, found, np.maximum(np.abs(values).mean(axis=1), 1e-9)))


def forecast(panel: Panel, horizon: int, *, seed: int = 0) -> Forecast:
    """Forecast all series of a hierarchy so that they add up.

    Notes
    -----
    Back-test: up to six times the last months are cut off and forecast. Per series the method with the least mean of its own error and of
    that over all series is taken; it must beat the seasonal naive forecast on the series itself, else that one is used. The forecasts are
    reconciled (MinT with shrunk covariance of the back-test errors). Intervals are quantiles of the reconciled back-test errors over all
    series, each relative to the size of the series at its cut, per month ahead, widened for the few windows of time they come from.
    """
    length = panel.values.shape[1]
    n_origins = int(np.clip(length - SEASON - horizon + 1, 1, _MOST_ORIGINS))
    cuts = [length - horizon - k for k in reversed(range(n_origins))]
    cuts = [cut for cut in cuts if cut >= min(SEASON, length - 1)] or [max(length - horizon, length // 2)]
    runner = _Runner(panel, horizon, seed)
    runs = [runner.run(cut) for cut in cuts]
    names = [name for name in METHODS if all(name in run for run in runs)]
    scale = scales(panel.values)
    actual = [panel.values[:, cut : cut + horizon] for cut in cuts]
    errors = {
        name: np.stack([_padded(a - run[name][:, : a.shape[1]], horizon) for run, a in zip(runs, actual, strict=True)]) for name in names
    }
    scores = {name: np.nanmean(np.abs(e), axis=(0, 2)) / scale for name, e in errors.items()}
    methods = _choice(scores)
    chosen = np.stack([[errors[m][:, i] for i, m in enumerate(methods)]])[0].transpose(1, 0, 2)
    project = reconciler(panel.summing, chosen / scale[None, :, None], scale)
    after = np.stack([_padded(a - project(_picked(run, methods)[:, : a.shape[1]]), horizon) for run, a in zip(runs, actual, strict=True)])
    values = project(_picked(_Runner(panel, horizon, seed).run(length), methods))
    level = np.stack([_levels(panel.values[:, :cut]) for cut in cuts])
    relative = after / level[:, :, None]
    low, high = (end * _levels(panel.values)[:, None] for end in _ends(relative))
    coverage = _coverage(relative)
    is_positive = bool((panel.values >= 0).all())
    bottom = 0.0 if is_positive else -np.inf
    return Forecast(
        values=values,
        low=np.maximum(np.minimum(values + low, values), np.minimum(bottom, values)),
        high=np.maximum(values + high, values),
        methods=methods,
        scores=scores,
        reconciled_score=np.nanmean(np.abs(after), axis=(0, 2)) / scale,
        coverage=coverage,
        n_origins=len(cuts),
    )


def _levels(past: FloatArray) -> FloatArray:
    """Size of each series at a cut, which errors grow with: its last half year, series that hardly sell counted a little larger."""
    found = np.abs(past[:, -SEASON // 2 :]).mean(axis=1)
    return np.asarray(np.maximum(found, max(_SMALL * float(np.median(found)), 1e-9)))


def _padded(errors: FloatArray, horizon: int) -> FloatArray:
    """Errors of shape (n, h); NaN beyond the end of the history."""
    found = np.full((len(errors), horizon), np.nan)
    found[:, : errors.shape[1]] = errors
    return found


def _choice(scores: dict[str, FloatArray]) -> TextArray:
    names = list(scores)
    own = np.array([scores[name] for name in names])
    pool = np.mean(own, axis=1, keepdims=True)
    blended = _OWN_WEIGHT * own + (1 - _OWN_WEIGHT) * pool
    best = np.argmin(blended, axis=0)
    place = np.arange(own.shape[1])
    naive = names.index(NAIVE)
    best = np.where(own[best, place] < own[naive], best, naive)
    return np.array(names, dtype=object)[best]


def _picked(run: dict[str, FloatArray], methods: TextArray) -> FloatArray:
    return np.array([run[method if method in run else NAIVE][i] for i, method in enumerate(methods)])


def _ends(scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end per month ahead in scaled errors, wider for few errors, never narrower farther out; shape (1, h) each."""
    count = np.maximum(np.isfinite(scaled).sum(axis=(0, 1)), 1)
    part = (1 - LEVEL) / 2
    low: list[float] = []
    high: list[float] = []
    for h in range(scaled.shape[2]):
        known = scaled[:, :, max(0, h - 1) : h + 2]
        known = known[np.isfinite(known)]
        if not len(known):
            low.append(low[-1] if low else -1.0)
            high.append(high[-1] if high else 1.0)
            continue
        margin = 1 / (count[h] + 1)
        low.append(float(np.quantile(known, max(part - margin, 0.0))))
        high.append(float(np.quantile(known, min(1 - part + margin, 1.0))))
    wider = widening(len(scaled), scaled.shape[2])
    return wider * np.minimum.accumulate(np.minimum(low, 0.0))[None, :], wider * np.maximum.accumulate(np.maximum(high, 0.0))[None, :]


def widening(n_cuts: int, horizon: int) -> float:
    """How much wider quantiles of errors must be because they come from few windows of time.

    Series share their shocks and cuts less than a horizon apart see the same months, so that the errors are fewer than they look: as with
    a Student distribution whose degrees of freedom are twice the number of windows that do not overlap, and one more window to come.

    Examples
    --------
    >>> round(widening(1, 6), 2), round(widening(6, 6), 2), round(widening(60, 1), 2)
    (2.17, 1.5, 1.01)
    """
    from scipy.stats import t

    freedom = 2 * (1 + (n_cuts - 1) / horizon)
    return float(t.ppf(0.5 + LEVEL / 2, freedom) / _NORMAL_END * np.sqrt(1 + 1 / freedom))


def _coverage(scaled: FloatArray) -> float:
    """Share inside when the interval is made from all other cuts."""
    inside: list[NDArray[np.bool_]] = []
    for k in range(len(scaled)):
        others = np.delete(scaled, k, axis=0)
        if not np.isfinite(others).any():
            return float("nan")
        low, high = _ends(others)
        mine = scaled[k]
        inside.append(((mine >= low) & (mine <= high))[np.isfinite(mine)])
    return float(np.concatenate(inside).mean())
