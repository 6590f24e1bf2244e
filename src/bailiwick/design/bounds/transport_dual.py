"""Lower bound for given centres: the dual of the transport problem with windows.

For any prices g, Σ_i min_j (v_i·cost(i, c_j) − w_i·g_j) + Σ_j (L_j·g_j if g_j > 0 else U_j·g_j) is at most the objective of
every plan, split units allowed, whose loads of one measure stay within [L_j, U_j]. Contiguity and further measures
only shrink the set of plans, so the bound holds with them too. Prices are found by a smoothed proximal Newton method;
the value that is reported is the exact one at the best prices found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from bailiwick.design.bounds.kernels import kinked_newton_step
from bailiwick.design.construct.build import transport_kind
from bailiwick.design.construct.transport import Transport
from bailiwick.design.model import Model
from bailiwick.domain import FloatArray

LADDER = (0.04, 0.012, 0.004)


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
    scale = smooth.spacing(centres) ** smooth.power
    cap = float(np.median(scale))
    for temperature in ladder:
        prices = _climb(smooth, centres, prices, lower, upper, temperature * scale, cap)
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


def _window_value(prices: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    return float(np.where(prices > 0, lower * prices, upper * prices).sum())


def _exact_value(transport: Transport, centres: FloatArray, prices: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    return transport.assign(centres, prices)[1] + _window_value(prices, lower, upper)


def _climb(
    transport: Transport, centres: FloatArray, prices: FloatArray, lower: FloatArray, upper: FloatArray, temperature: FloatArray, cap: float
) -> FloatArray:
    def smoothed(g: FloatArray) -> tuple[float, FloatArray, sp.csc_matrix]:
        value, load, curvature = transport.soft(centres, g, temperature)
        return value + _window_value(g, lower, upper), load, curvature

    value, load, curvature = smoothed(prices)
    for _ in range(12):
        step = kinked_newton_step(curvature.indptr, curvature.indices, curvature.data, -load, prices, lower, upper, 300)
        step *= min(1.0, cap / max(float(np.abs(step).max()), 1e-12))
        for _ in range(6):
            trial_value, trial_load, trial_curvature = smoothed(prices + step)
            if trial_value > value:
                break
            step = 0.4 * step
        else:
            return prices
        gain = trial_value - value
        prices, value, load, curvature = prices + step, trial_value, trial_load, trial_curvature
        if gain < 1e-6 * abs(value):
            break
    return prices
