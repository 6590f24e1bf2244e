"""How often forecasts of a pipeline have kept their promise: the same forecast made on earlier days, beside what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.insight.forecasting.pipeline import chance_in_time, stage_rates

LEAST_CLOSED, LEAST_OPEN = 20, 10
"""Fewer closed or open deals on an earlier day, and it is left out."""
_MOST_CUTS = 9
_STEPS_A_HORIZON = 3
_PRIOR_MEANS, _PRIOR_FREEDOM, _PRIOR_SPREAD = 0.5, 4.0, 0.15
"""As if half a horizon without any error and four with one of 15 % had been seen: without dates to test on, this is the doubt."""


@dataclass(frozen=True, eq=False)
class DealHistory:
    """Deals with dates, shape (n,) each.

    Attributes
    ----------
    start, end
        Day of the start, and of the end of those that were won or lost; NaN where it is not known.
    is_won, is_lost
        How they ended; neither: still open.
    code
        Class by which chances differ.
    """

    start: FloatArray
    end: FloatArray
    is_won: NDArray[np.bool_]
    is_lost: NDArray[np.bool_]
    code: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PastForecasts:
    """Wins that were expected on earlier days, and that came.

    Attributes
    ----------
    days
        Days since 1970-01-01, shape (k,).
    expected, came
        Deals won within the horizon from each of them, shape (k,).
    n_apart
        How many of the days count as one that says something of its own: those less than a horizon apart see the same deals.
    """

    days: FloatArray
    expected: FloatArray
    came: FloatArray
    n_apart: float

    def factors(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draws of what comes ÷ what is expected, shape (n,).

        Notes
        -----
        Logarithms of the ratios are normal; mean and variance have a conjugate prior (normal and inverse gamma), so that the draws follow
        a Student distribution: narrow where earlier forecasts kept their promise, wide where they did not or there were none.
        """
        logs = np.log((self.came + 0.5) / (self.expected + 0.5))
        k = self.n_apart
        mean, variance = (float(logs.mean()), float(logs.var())) if len(logs) else (0.0, 0.0)
        freedom, strength = _PRIOR_FREEDOM + k, _PRIOR_MEANS + k
        middle = k * mean / strength
        sum_of_squares = _PRIOR_FREEDOM * _PRIOR_SPREAD**2 + k * variance + _PRIOR_MEANS * k / strength * mean**2
        scale = np.sqrt(sum_of_squares / freedom * (1 + 1 / strength))
        return np.asarray(np.exp(middle + scale * rng.standard_t(freedom, n)))


def forecast_the_past(deals: DealHistory, today: float, horizon_days: float) -> PastForecasts:
    """Forecast the wins of the horizon from earlier days, by nothing that was not known on them.

    Examples
    --------
    >>> start = np.repeat(np.arange(0.0, 400.0, 2.0), 2)
    >>> is_won = np.tile([True, False], 200)
    >>> deals = DealHistory(start, start + 20, is_won, ~is_won, np.zeros(400, np.int64))
    >>> past = forecast_the_past(deals, 400.0, 30.0)
    >>> bool((np.abs(past.came / past.expected - 1) < 0.3).all()), len(past.days)
    (True, 9)
    """
    step = max(horizon_days / _STEPS_A_HORIZON, 1.0)
    found = []
    for k in range(_MOST_CUTS):
        day = today - horizon_days - k * step
        pair = _on(deals, day, horizon_days)
        if pair is not None:
            found.append((day, *pair))
    table = np.array(found, np.float64).reshape(-1, 3)
    apart = 0.0 if not len(table) else 1.0 + (len(table) - 1) * step / max(horizon_days, 1.0)
    return PastForecasts(table[:, 0], table[:, 1], table[:, 2], apart)


def _on(deals: DealHistory, day: float, horizon_days: float) -> tuple[float, float] | None:
    """Wins expected on a day and wins that came; None where too little was known."""
    seen = deals.start <= day
    was_closed = seen & (deals.is_won | deals.is_lost) & (deals.end <= day)
    was_open = seen & ~was_closed & ~((deals.is_won | deals.is_lost) & ~np.isfinite(deals.end))
    won_then = was_closed & deals.is_won
    if was_closed.sum() < LEAST_CLOSED or was_open.sum() < LEAST_OPEN or not won_then.any():
        return None
    lasted = np.where(was_closed, deals.end - deals.start, day - deals.start)
    some = was_closed | was_open
    n_classes = int(deals.code.max()) + 1
    alpha, beta = stage_rates(deals.code[was_open], n_classes, deals.code[was_closed], deals.is_won[was_closed])
    rate = (alpha / (alpha + beta))[deals.code[was_open]] / max(float(won_then.sum() / was_closed.sum()), 1e-9)
    age = day - deals.start[was_open]
    chance = chance_in_time(lasted[some], won_then[some], (was_closed & deals.is_lost)[some], age, horizon_days)
    came = (was_open & deals.is_won & (deals.end <= day + horizon_days)).sum()
    return float(np.minimum(chance * rate, 1.0).sum()), float(came)
