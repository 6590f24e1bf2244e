"""Did it help? Difference in differences with matched controls, an interval, and placebos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError

LEAST_BEFORE, LEAST_AFTER, LEAST_CONTROLS = 4, 1, 5
_BOOTSTRAPS = 999
_PLACEBOS = 999
_MATCHES = 3


@dataclass(frozen=True, eq=False)
class Effect:
    """Effect on t treated units against c controls.

    Attributes
    ----------
    effect, low, high
        Relative change (0.05 is 5 % more) that the treated had and their controls had not, with a 95 % bootstrap interval over units.
    p_value
        How often untreated units, taken for treated, show an effect as large (placebo in space).
    before_effect
        The same computed within the time before, cut in half (placebo in time): should be near 0.
    matches
        Controls of each treated unit, shape (t, k), indices among all units.
    treated_path, control_path
        Mean of each period as a ratio to the mean before, shape (T,).
    """

    effect: float
    low: float
    high: float
    p_value: float
    before_effect: float
    matches: NDArray[np.int64]
    treated_path: FloatArray
    control_path: FloatArray


def difference_in_differences(values: FloatArray, is_treated: NDArray[np.bool_], n_before: int, *, seed: int = 0) -> Effect:
    """Compare the change of treated units with that of untreated ones that were like them before.

    Each treated unit gets the three controls whose course before was nearest in level and month-by-month change. Changes are taken in
    logarithms of means, so that the effect is relative.

    Parameters
    ----------
    values
        Units by periods, positive, shape (n, T).
    is_treated
        Shape (n,).
    n_before
        Periods before the change.

    Raises
    ------
    InputError
        If there are fewer than 4 periods before, 1 after or 5 untreated units, or values are not positive.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = 100 * np.exp(rng.normal(0, 0.03, (40, 24)) + np.arange(24) / 50)
    >>> treated = np.arange(40) < 8
    >>> values[:8, 12:] *= 1.2
    >>> found = difference_in_differences(values, treated, 12)
    >>> round(found.effect, 1), found.low < 0.2 < found.high, found.p_value < 0.01, abs(found.before_effect) < 0.05
    (0.2, True, True, True)
    """
    check_panel(values, is_treated, n_before)
    treated, controls = np.flatnonzero(is_treated), np.flatnonzero(~is_treated)
    matches = matches_of(values[:, :n_before], treated, controls)
    each = effects_of(values, treated, matches, n_before)
    rng = np.random.default_rng(seed)
    own = _bootstrap(values, treated, matches, n_before, rng)
    low, high = np.quantile(own, [0.025, 0.975])
    placebo = _placebos(values, controls, len(treated), n_before, rng)
    p = (1 + int((np.abs(placebo) >= abs(each.mean())).sum())) / (len(placebo) + 1)
    half = n_before // 2
    early = effects_of(values[:, :n_before], treated, matches_of(values[:, :half], treated, controls), half).mean()
    base = values[:, :n_before].mean(axis=1, keepdims=True)
    ratio = values / base
    return Effect(
        effect=float(np.expm1(each.mean())),
        low=float(np.expm1(low)),
        high=float(np.expm1(high)),
        p_value=float(p),
        before_effect=float(np.expm1(early)),
        matches=matches,
        treated_path=ratio[treated].mean(axis=0),
        control_path=ratio[matches.ravel()].mean(axis=0),
    )


def check_panel(values: FloatArray, is_treated: NDArray[np.bool_], n_before: int) -> None:
    """Refuse to judge from too little.

    Raises
    ------
    InputError
        If there are fewer than 4 periods before, 1 after or 5 untreated units, or values are not positive.
    """
    n_after, n_controls = values.shape[1] - n_before, int((~is_treated).sum())
    if n_before < LEAST_BEFORE or n_after < LEAST_AFTER or n_controls < LEAST_CONTROLS or not is_treated.any():
        text = say(
            "%(before)s periods before, %(after)s after, %(treated)s treated and %(controls)s untreated units; expected %(least_before)s, "
            "%(least_after)s, 1 and %(least_controls)s or more",
            before=n_before,
            after=n_after,
            treated=int(is_treated.sum()),
            controls=n_controls,
            least_before=LEAST_BEFORE,
            least_after=LEAST_AFTER,
            least_controls=LEAST_CONTROLS,
        )
        raise InputError(text, code="too_little_data", field="panel")
    check_above_zero(values)


def check_above_zero(values: FloatArray) -> None:
    """Refuse figures of which no logarithm can be taken.

    Raises
    ------
    InputError
        If one is not above 0.
    """
    if not (values > 0).all():
        text = say("the figures of units and periods must be above 0; take longer periods or larger units")
        raise InputError(text, code="too_little_data", field="value")


def matches_of(before: FloatArray, treated: NDArray[np.int64], controls: NDArray[np.int64]) -> NDArray[np.int64]:
    """The controls whose course before was nearest to that of each treated unit, shape (t, 3); values are positive, shape (n, T)."""
    logs = np.log(before)
    course = np.column_stack(
        [
            logs.mean(axis=1) / max(float(logs.mean(axis=1).std()), 1e-9),
            (logs - logs.mean(axis=1, keepdims=True))
            / max(float((logs - logs.mean(axis=1, keepdims=True)).std()), 1e-9)
            / np.sqrt(logs.shape[1]),
        ]
    )
    distance = ((course[treated, None, :] - course[None, controls, :]) ** 2).sum(axis=2)
    k = min(_MATCHES, len(controls))
    return controls[np.argsort(distance, axis=1, kind="stable")[:, :k]]


def effects_of(values: FloatArray, treated: NDArray[np.int64], matches: NDArray[np.int64], n_before: int) -> FloatArray:
    """Change of each treated unit less that of its controls, as a difference of logarithms, shape (t,)."""
    change = np.log(values[:, n_before:].mean(axis=1)) - np.log(values[:, :n_before].mean(axis=1))
    return np.asarray(change[treated] - change[matches].mean(axis=1))


def _bootstrap(
    values: FloatArray, treated: NDArray[np.int64], matches: NDArray[np.int64], n_before: int, rng: np.random.Generator
) -> FloatArray:
    """Draw treated units, and for each the controls among its matches; few treated units borrow the spread of the controls."""
    change = np.log(values[:, n_before:].mean(axis=1)) - np.log(values[:, :n_before].mean(axis=1))
    controls = np.setdiff1d(np.arange(len(values)), treated)
    noise = float(change[controls].std(ddof=1))
    found = np.empty(_BOOTSTRAPS)
    for i in range(_BOOTSTRAPS):
        rows = rng.integers(len(treated), size=len(treated))
        drawn = matches[rows[:, None], rng.integers(matches.shape[1], size=(len(rows), matches.shape[1]))]
        found[i] = (change[treated[rows]] - change[drawn].mean(axis=1)).mean()
    if len(treated) < LEAST_CONTROLS:
        found = (change[treated] - change[matches].mean(axis=1)).mean() + rng.normal(
            0, noise * np.sqrt(1 / len(treated) + 1 / matches.size), _BOOTSTRAPS
        )
    return found


def _placebos(values: FloatArray, controls: NDArray[np.int64], n_treated: int, n_before: int, rng: np.random.Generator) -> FloatArray:
    size = min(n_treated, max(1, len(controls) // 2))
    found = np.empty(_PLACEBOS)
    for i in range(_PLACEBOS):
        mixed = rng.permutation(controls)
        fake, rest = mixed[:size], mixed[size:]
        found[i] = effects_of(values, fake, matches_of(values[:, :n_before], fake, rest), n_before).mean()
    return found
