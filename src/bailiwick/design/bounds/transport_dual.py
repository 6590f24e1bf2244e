"""Lower bound for given centres: the dual of the transport problem with windows.

For any prices g, Σ_i min_j (v_i·cost(i, c_j) − w_i·g_j) + Σ_j (L_j·g_j if g_j > 0 else U_j·g_j) is at most the objective of
every plan, split units allowed, whose loads of one measure stay within [L_j, U_j]. Contiguity and further measures
only shrink the set of plans, so the bound holds with them too. Prices are found by a smoothed proximal Newton method;
the value that is reported is the exact one at the best prices found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.design.construct.build import transport_kind
from bailiwick.design.construct.transport import Transport
from bailiwick.design.construct.windows import climb_to_windows, window_value
from bailiwick.design.model import Model
from bailiwick.domain import FloatArray

LADDER = (0.04, 0.012, 0.004)
GAIN = 1e-5
"""Relative gain of a step below which a climb ends: the third digit of a gap in percent."""
COARSE_UNITS = 40_000
COARSE_PER_TERRITORY = 40
FINE_STEPS = 4
"""Steps on all units after a climb on merged ones."""


@dataclass(frozen=True, eq=False)
class DualBound:
    """Best dual value found and its prices.

    Attributes
    ----------
    value
        In the scaled weights of the transport (they sum to K), km or km².
    prices
        What one more mean territory of room is worth per territory, shape (K,), same unit.
    """

    value: float
    prices: FloatArray


def dual_bound(
    exact: Transport,
    centres: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    start: FloatArray,
    *,
    ladder: tuple[float, ...] = LADDER,
) -> DualBound:
    """Maximise the dual for windows [lower, upper] of the load, shape (K,).

    Parameters
    ----------
    exact
        The problem with weights and loads as they are. The climb uses positive weights.
    start
        Prices to start from, shape (K,).
    ladder
        Falling temperatures of the climb, relative to the local spacing of centres; none: no climb.
    """
    prices, best_prices = start.copy(), start.copy()
    best = _exact_value(exact, centres, prices, lower, upper)
    zero = np.zeros_like(prices)
    at_zero = _exact_value(exact, centres, zero, lower, upper)
    if at_zero > best:
        best, best_prices, prices = at_zero, zero, zero
    smooth = exact.smoothable()
    size = len(exact.points) // max(COARSE_UNITS, COARSE_PER_TERRITORY * len(centres))
    steps = 12
    if size > 1 and ladder and not exact.stay.is_there:
        coarse, steps = smooth.coarsened(size), FINE_STEPS
        for temperature in ladder[:-1]:
            prices = climb_to_windows(coarse, centres, prices, lower, upper, temperature, gain=GAIN)
        ladder = ladder[-1:]
    for temperature in ladder:
        prices = climb_to_windows(smooth, centres, prices, lower, upper, temperature, max_steps=steps, gain=GAIN)
        value = _exact_value(exact, centres, prices, lower, upper)
        if value > best:
            best, best_prices = value, prices.copy()
    return DualBound(best, best_prices)


def quick_bound(model: Model, centres: FloatArray, prices: FloatArray, *, measure: int) -> float:
    """Dual value at given prices in the unit of the objective: valid at once for plans with these centres, not the best."""
    exact = transport_kind(model).exact(model, measure=measure)
    value = _exact_value(exact, centres, prices, model.lower[:, measure], model.upper[:, measure])
    return in_objective(model, value)


def in_objective(model: Model, value: float) -> float:
    """A dual value in the unit of the objective: if all that can move did, its price would be due; staying is worth it."""
    return value / model.scale + model.stay.price * model.stay.total


def _exact_value(transport: Transport, centres: FloatArray, prices: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    return transport.assign(centres, prices)[1] + window_value(prices, lower, upper)
