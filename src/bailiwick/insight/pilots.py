"""A pilot before a change: how many units for how long, so that an effect of some size would be seen, and which units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.insight.effects import LEAST_BEFORE, LEAST_CONTROLS, check_above_zero, effects_of, matches_of
from bailiwick.insight.scoring.judging import wilson

N_DRAWS = 600
_CANDIDATES = 200
_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Power:
    """What a pilot of a size and length would see.

    Attributes
    ----------
    n_units, n_periods
        Units with the change, and periods after it.
    power, low, high
        Share of pilots that would find the wanted effect at the 5 % level, with a 95 % interval over the draws.
    least_effect
        Smallest relative effect that 8 of 10 such pilots would find.
    false_alarms
        Share of pilots without any effect that would find one, on draws that the threshold was not made of.
    """

    n_units: int
    n_periods: int
    power: float
    low: float
    high: float
    least_effect: float
    false_alarms: float


def pilot_power(values: FloatArray, n_units: int, n_periods: int, effect: float, *, seed: int = 0, n_draws: int = N_DRAWS) -> Power:
    """Draw pilots from the past, in which nothing was changed, and see how often an effect that is put in would be found.

    Every draw takes units and an end of the time at random, gives each unit its matched controls by the time before, and compares as
    `difference_in_differences` does. An effect moves the logarithm of a change by a constant, so that all sizes of effects can be
    read from the same draws. One half of them makes the threshold, the other half is judged by it.

    Parameters
    ----------
    values
        Units by periods, positive, shape (n, T).
    effect
        Relative effect that shall be found, such as 0.05.

    Raises
    ------
    InputError
        If the past is too short or there are too few units.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = 100 * np.exp(rng.normal(0, 0.05, (40, 24)))
    >>> small, large = (pilot_power(values, 5, 3, effect) for effect in (0.01, 0.2))
    >>> small.power < 0.5, large.power > 0.95, small.false_alarms < 0.12
    (True, True, True)
    """
    check_pilot(values, n_units, n_periods)
    noise = _draws(values, n_units, n_periods, np.random.default_rng(seed), n_draws)
    first, second = noise[::2], noise[1::2]
    threshold = float(np.quantile(np.abs(first), 1 - _LEVEL))
    found = float((np.abs(second + np.log1p(effect)) > threshold).mean())
    low, high = wilson(found * len(second), float(len(second)))
    least = float(np.expm1(max(threshold - np.quantile(second, 0.2), 0.0)))
    return Power(n_units, n_periods, found, float(low), float(high), least, float((np.abs(second) > threshold).mean()))


def check_pilot(values: FloatArray, n_units: int, n_periods: int) -> None:
    """Refuse pilots for which there are too few units or periods.

    Raises
    ------
    InputError
        If fewer than 4 periods would be left before, or fewer than 5 units without the change, or a value is not above 0.
    """
    n, t = values.shape
    if n_units < 1 or n - n_units < LEAST_CONTROLS or n_periods < 1 or t - n_periods < LEAST_BEFORE:
        text = say(
            "a pilot of %(units)s units and %(periods)s periods out of %(n)s units and %(t)s periods leaves %(rest)s units without the "
            "change and %(before)s periods before it; expected %(least_rest)s and %(least_before)s or more",
            units=n_units,
            periods=n_periods,
            n=n,
            t=t,
            rest=n - n_units,
            before=t - n_periods,
            least_rest=LEAST_CONTROLS,
            least_before=LEAST_BEFORE,
        )
        raise InputError(text, code="too_little_data", field="panel")
    check_above_zero(values)


def _draws(values: FloatArray, n_units: int, n_periods: int, rng: np.random.Generator, n_draws: int) -> FloatArray:
    """What pilots without any effect would have shown, as differences of logarithms, shape (n_draws,)."""
    n, t = values.shape
    found = np.empty(n_draws)
    for i in range(n_draws):
        end = int(rng.integers(LEAST_BEFORE + n_periods, t + 1))
        window = values[:, max(0, end - n_periods - _longest_before(t, n_periods)) : end]
        mixed = rng.permutation(n)
        treated, controls = mixed[:n_units], mixed[n_units:]
        n_before = window.shape[1] - n_periods
        found[i] = effects_of(window, treated, matches_of(window[:, :n_before], treated, controls), n_before).mean()
    return found


def _longest_before(t: int, n_periods: int) -> int:
    """Periods before the change that a pilot looks at: as many as there are, but not more than would leave every draw the same."""
    return max(LEAST_BEFORE, min(t - n_periods, 3 * n_periods + 6))


def choose_units(
    values: FloatArray, n_units: int, may_take: NDArray[np.bool_], *, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Units for a pilot that stand for all, at random among the draws that are best balanced (rerandomisation).

    Parameters
    ----------
    may_take
        Which units may have the change, shape (n,).

    Returns
    -------
    Units with the change, shape (k,), and their matched controls, shape (k, m).

    References
    ----------
    Morgan & Rubin, Rerandomization to improve covariate balance in experiments, Annals of Statistics 40, 2012.
    """
    rng = np.random.default_rng(seed)
    allowed = np.flatnonzero(may_take)
    if len(allowed) < n_units:
        text = say("%(n)s units may have the change, expected %(wanted)s or more", n=len(allowed), wanted=n_units)
        raise InputError(text, code="too_little_data", field="may")
    logs = np.log(values)
    level, slope = logs.mean(axis=1), logs[:, logs.shape[1] // 2 :].mean(axis=1) - logs[:, : logs.shape[1] // 2].mean(axis=1)
    course = np.column_stack([(x - x.mean()) / max(float(x.std()), 1e-9) for x in (level, slope)])
    draws = [rng.choice(allowed, n_units, replace=False) for _ in range(_CANDIDATES)]
    apart = [float((course[draw].mean(axis=0) ** 2).sum()) for draw in draws]
    best = np.argsort(apart, kind="stable")[: _CANDIDATES // 20]
    treated = np.sort(draws[int(rng.choice(best))])
    controls = np.setdiff1d(np.arange(len(values)), treated)
    return treated.astype(np.int64), matches_of(values, treated, controls)
