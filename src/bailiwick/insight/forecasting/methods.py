"""Ways to forecast monthly series, simple ones first."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.insight.extra import one_thread

SEASON = 12
NAIVE = "seasonal naive"
METHODS = (NAIVE, "theta", "exponential smoothing", "ARIMA", "trees over all series", "mean of all methods")
"""Names of the methods; the last one is the mean of the others."""
_ORDERS = ((0, 1, 1), (1, 1, 0), (1, 1, 1), (1, 0, 0))
_FORMS: tuple[dict[str, Any], ...] = (
    {},
    {"trend": "add", "damped_trend": True},
    {"seasonal": "add", "seasonal_periods": SEASON},
    {"trend": "add", "damped_trend": True, "seasonal": "add", "seasonal_periods": SEASON},
)
_LAGS = (1, 2, 3, 6, 12)
_FOR_TREES = 60
_CLIP = 10.0


def seasonal_naive(history: FloatArray, horizon: int) -> FloatArray:
    """The same month of the year before; the last value where there is none.

    Examples
    --------
    >>> seasonal_naive(np.arange(13.0), 2).tolist()
    [1.0, 2.0]
    """
    if len(history) < SEASON:
        return np.full(horizon, history[-1] if len(history) else 0.0)
    return np.array([history[len(history) - SEASON + h % SEASON] for h in range(horizon)])


def theta(history: FloatArray, horizon: int) -> FloatArray:
    """Simple exponential smoothing with half the slope of a straight line, deseasonalised where two years are there.

    References
    ----------
    Assimakopoulos and Nikolopoulos, The theta model, International Journal of Forecasting 16, 2000.

    Examples
    --------
    >>> theta(np.full(15, 4.0), 2).round(6).tolist()
    [4.0, 4.0]
    """
    indices = seasonal_indices(history) if len(history) >= 2 * SEASON else np.ones(SEASON)
    place = np.arange(len(history) + horizon) % SEASON
    level = history / indices[place[: len(history)]]
    slope = float(np.polyfit(np.arange(len(level)), level, 1)[0]) if len(level) > 2 else 0.0
    alpha = _best_smoothing(level)
    smooth = level[0]
    for value in level[1:]:
        smooth = alpha * value + (1 - alpha) * smooth
    steps = np.arange(1, horizon + 1)
    reach = (1 - (1 - alpha) ** len(level)) / alpha
    return np.asarray((smooth + slope / 2 * (steps - 1 + reach)) * indices[place[len(history) :]])


def _best_smoothing(level: FloatArray) -> float:
    best, least = 0.5, np.inf
    for alpha in np.linspace(0.1, 0.9, 9):
        smooth, total = level[0], 0.0
        for value in level[1:]:
            total += (value - smooth) ** 2
            smooth = alpha * value + (1 - alpha) * smooth
        if total < least:
            best, least = float(alpha), total
    return best


def seasonal_indices(history: FloatArray) -> FloatArray:
    """Index of each place in the year, mean 1, drawn half-way to 1: ratio to the centred mean of twelve months.

    The place counts from the first value of the history.
    """
    if len(history) < 2 * SEASON or (history <= 0).any():
        return np.ones(SEASON)
    kernel = np.r_[0.5, np.ones(SEASON - 1), 0.5] / SEASON
    middle = np.convolve(history, kernel, "valid")
    ratio = history[SEASON // 2 : SEASON // 2 + len(middle)] / middle
    place = (np.arange(len(middle)) + SEASON // 2) % SEASON
    found = np.array([ratio[place == p].mean() if (place == p).any() else 1.0 for p in range(SEASON)])
    found = 1 + (found - 1) / 2
    return np.asarray(np.maximum(found / found.mean(), 0.05))


def smoothing(history: FloatArray, horizon: int, form: int | None = None) -> tuple[FloatArray, int]:
    """Exponential smoothing; without a form (level, damped trend, season) the one with the least corrected information criterion.

    Returns
    -------
    The forecast and the number of the form.
    """
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    usable = len(_FORMS) if len(history) >= 2 * SEASON + 3 else 2
    best, least, chosen = seasonal_naive(history, horizon), np.inf, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(usable) if form is None else (form,):
            try:
                fitted = ExponentialSmoothing(history, initialization_method="estimated", **_FORMS[number]).fit()
            except (ValueError, np.linalg.LinAlgError):
                continue
            if np.isfinite(fitted.aicc) and fitted.aicc < least:
                best, least, chosen = np.asarray(fitted.forecast(horizon)), float(fitted.aicc), number
    return best, chosen


def arima(history: FloatArray, horizon: int, order: tuple[int, int, int] | None = None) -> tuple[FloatArray, tuple[int, int, int]]:
    """ARIMA of the logarithm; without an order the one of a few with the least corrected information criterion.

    Returns
    -------
    The forecast and the order.
    """
    from statsmodels.tsa.arima.model import ARIMA

    is_positive = bool((history > 0).all())
    used = np.log(history) if is_positive else history
    best, least, chosen = seasonal_naive(history, horizon), np.inf, order or _ORDERS[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for candidate in (order,) if order else _ORDERS:
            try:
                fitted = ARIMA(used, order=candidate).fit(method="innovations_mle")
                ahead = np.asarray(fitted.forecast(horizon))
            except (ValueError, IndexError, ZeroDivisionError, np.linalg.LinAlgError):
                continue
            if np.isfinite(fitted.aicc) and fitted.aicc < least and np.isfinite(ahead).all():
                best, least, chosen = (np.exp(ahead) if is_positive else ahead), float(fitted.aicc), candidate
    limit = 5 * max(float(np.abs(history).max()), 1e-9)
    return np.clip(best, -limit, limit), chosen


def panel_trees(values: FloatArray, first_month: int, horizon: int, *, seed: int = 0) -> FloatArray | None:
    """Boosted trees over all series at once, each scaled by its mean of the last year; one row per series, month and step ahead.

    Parameters
    ----------
    values
        Shape (n, T).
    first_month
        Months since 1970-01 of the first column.

    Returns
    -------
    Shape (n, horizon), or None where there is too little to learn from.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    n, length = values.shape
    rows, targets = [], []
    for origin in range(SEASON, length):
        scale = _scales(values[:, :origin])
        for step in range(1, min(horizon, length - origin) + 1):
            rows.append(_features(values[:, :origin], scale, first_month + origin, step))
            targets.append(np.clip(values[:, origin + step - 1] / scale, -_CLIP, _CLIP))
    if len(rows) * n < _FOR_TREES:
        return None
    with one_thread():
        model = HistGradientBoostingRegressor(
            loss="absolute_error",
            max_iter=80,
            learning_rate=0.08,
            max_leaf_nodes=8,
            min_samples_leaf=10,
            early_stopping=False,
            random_state=seed,
        ).fit(np.concatenate(rows), np.concatenate(targets))
        scale = _scales(values)
        ahead = [model.predict(_features(values, scale, first_month + length, step)) * scale for step in range(1, horizon + 1)]
    return np.column_stack(ahead)


def _scales(past: FloatArray) -> FloatArray:
    """Mean of the last year; series that hardly sold yet are scaled as if they sold a fiftieth of the middle one."""
    found = np.abs(past[:, -SEASON:]).mean(axis=1)
    return np.asarray(np.maximum(found, max(0.02 * float(np.median(found)), 1e-9)))


def _features(past: FloatArray, scale: FloatArray, month: int, step: int) -> FloatArray:
    n, length = past.shape
    lags = [past[:, length - lag] / scale if lag <= length else np.full(n, np.nan) for lag in _LAGS]
    same = SEASON - (step - 1) % SEASON
    year_ago = past[:, length - same] / scale if same <= length else np.full(n, np.nan)
    means = [past[:, -k:].mean(axis=1) / scale for k in (3, 6)]
    target = (month + step - 1) % SEASON
    return np.column_stack([*lags, year_ago, *means, np.full(n, step), np.full(n, target), np.log(scale)])
