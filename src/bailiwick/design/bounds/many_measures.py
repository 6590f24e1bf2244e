"""Lower bound for given centres and windows of several measures: the transport dual with a price per territory and measure.

For any prices g, Σ_i min_j (v_i·cost(i, c_j) − Σ_m w_im·g_jm) + Σ_jm (L_jm·g_jm if g_jm > 0 else U_jm·g_jm) is at most the
objective of every plan, split units allowed, whose loads stay within the windows. The climb smooths the inner minimum and
splits each price into what it is above and below zero, so that the kinks become bounds of a quasi-Newton method; the value
that is reported is the exact one at the best prices found.

References
----------
Byrd, R. H., Lu, P., Nocedal, J., Zhu, C. (1995). A limited memory algorithm for bound constrained optimization. SIAM Journal
    on Scientific Computing 16(5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from bailiwick.design.bounds import many_kernels
from bailiwick.design.construct import kernels
from bailiwick.design.construct.build import transport_kind
from bailiwick.design.construct.table_kernels import priced_loads_by_table
from bailiwick.design.construct.transport import BLOCK
from bailiwick.design.model import Model
from bailiwick.domain import FloatArray

LADDER = (0.04, 0.012, 0.004)
MOST_STEPS = 120
WEIGHTLESS = 1e-12  # stands for a weight of zero; what it adds is taken off again


@dataclass(frozen=True, eq=False)
class ManyDualBound:
    """Best dual value found and its prices.

    Attributes
    ----------
    value
        In weights that sum to K, km or km².
    prices
        What one more mean territory of room is worth per territory and measure, shape (K, M), same unit.
    """

    value: float
    prices: FloatArray


def many_dual_bound(
    model: Model, centres: FloatArray, lower: FloatArray, upper: FloatArray, start: FloatArray, *, ladder: tuple[float, ...] = LADDER
) -> ManyDualBound:
    """Maximise the dual for windows [lower, upper] of all balanced measures, shape (K, M).

    Parameters
    ----------
    start
        Prices to start from, shape (K, M).
    ladder
        Falling temperatures of the climb, relative to the local spacing of centres; none: no climb.
    """
    dual = _Dual(model, centres, lower, upper)
    best, best_prices = dual.exact(start), start
    prices = start
    for temperature in ladder:
        prices = dual.climb(prices, temperature)
        value = dual.exact(prices)
        if value > best:
            best, best_prices = value, prices
    return ManyDualBound(best, best_prices)


class _Dual:
    """The dual function of one problem and its centres."""

    def __init__(self, model: Model, centres: FloatArray, lower: FloatArray, upper: FloatArray) -> None:
        self.load, self.centres, self.lower, self.upper = np.ascontiguousarray(model.load), centres, lower, upper
        self.transport = transport_kind(model).exact(model)
        self.is_table = model.travel is not None
        weight = self.transport.weight
        self.weight = np.maximum(weight, WEIGHTLESS)
        self.softness = np.maximum(weight, np.maximum(0.02 * self.load.mean(axis=1), 1e-6 / max(model.n, 1)))
        self.spacing = self.transport.spacing(centres) ** self.transport.power
        self.price_scale = float(np.median(self.spacing))
        self.added = float((weight <= 0).sum()) * WEIGHTLESS * self._dearest(model.points)

    def _dearest(self, points: FloatArray) -> float:
        """No unit costs more than this per weight, wherever it goes."""
        if self.is_table:
            return float(self.centres.max())
        reach = np.linalg.norm(points.max(axis=0) - points.min(axis=0)) + np.abs(self.centres).max() * 2
        return float((np.pi * reach) ** self.transport.power)

    def exact(self, prices: FloatArray) -> float:
        """The bound at these prices."""
        value, _ = self._loads(prices, np.zeros_like(self.spacing))
        return value - self.added + float(np.where(prices > 0, self.lower * prices, self.upper * prices).sum())

    def climb(self, prices: FloatArray, temperature: float) -> FloatArray:
        """Better prices for the smoothed dual."""
        shape, heat = prices.shape, temperature * self.spacing

        def negated(x: FloatArray) -> tuple[float, FloatArray]:
            above, below = x.reshape(2, *shape) * self.price_scale
            value, loads = self._loads(above - below, heat)
            value += float((self.lower * above - self.upper * below).sum())
            slope = np.stack([self.lower - loads, loads - self.upper]) * self.price_scale
            return -value / self.price_scale, -slope.ravel() / self.price_scale

        begin = np.stack([np.maximum(prices, 0.0), np.maximum(-prices, 0.0)]).ravel() / self.price_scale
        found = minimize(negated, begin, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(begin), options={"maxiter": MOST_STEPS})
        above, below = found.x.reshape(2, *shape) * self.price_scale
        return above - below

    def _loads(self, prices: FloatArray, heat: FloatArray) -> tuple[float, FloatArray]:
        is_large = len(self.weight) >= kernels.PARALLEL_UNITS
        priced_loads = many_kernels.priced_loads_parallel if is_large else many_kernels.priced_loads
        t = self.transport
        if self.is_table:
            return priced_loads_by_table(
                self.weight, self.softness, self.load, t.pinned, t.barred_ptr, t.barred,
                t.stay.ptr, t.stay.territory, t.stay_worth, self.centres, np.ascontiguousarray(prices), heat,
            )  # fmt: skip
        value, loads = priced_loads(
            t.points, self.weight, self.softness, self.load, t.pinned, t.barred_ptr, t.barred,
            t.stay.ptr, t.stay.territory, t.stay_worth, t.middle, t.radius, BLOCK,
            self.centres, np.ascontiguousarray(prices), heat, t.power, t.is_sphere,
        )  # fmt: skip
        return value, loads
