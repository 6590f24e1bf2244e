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

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from bailiwick.design.bounds import many_kernels
from bailiwick.design.construct import kernels
from bailiwick.design.construct.build import transport_kind
from bailiwick.design.construct.by_travel import TableTransport
from bailiwick.design.construct.table_kernels import priced_loads_by_table
from bailiwick.design.construct.transport import Transport
from bailiwick.design.model import Model
from bailiwick.domain import FloatArray

LADDER = (0.04, 0.012, 0.004)
MOST_STEPS = 120
TRIAL_STEPS = 20  # on merged units, whose mixture of measures may mislead: no more of them where they bring nothing
ENOUGH = 1e-7
"""Relative gain of a quasi-Newton step below which a climb ends."""
COARSE_UNITS = 30_000
COARSE_PER_TERRITORY = 40
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
        prices = dual.climb(prices, temperature, most_steps=TRIAL_STEPS if dual.is_merged else MOST_STEPS)
        value = dual.exact(prices)
        if value > best:
            best, best_prices = value, prices
        elif dual.is_merged:
            break
    return ManyDualBound(best, best_prices)


@dataclass(frozen=True, eq=False)
class _Units:
    """What the dual sums over: all units, or runs of them merged.

    ``weight`` (n,) is positive, ``softness`` (n,) takes its place in the smoothing, ``load`` has shape (n, M), and
    ``spacing`` is the local cost between centres per block.
    """

    transport: Transport
    weight: FloatArray
    softness: FloatArray
    load: FloatArray
    spacing: FloatArray

    @classmethod
    def of(cls, transport: Transport, load: FloatArray, centres: FloatArray) -> _Units:
        weight = np.maximum(transport.weight, WEIGHTLESS)
        softness = np.maximum(weight, np.maximum(0.02 * load.mean(axis=1), 1e-6 / max(len(load), 1)))
        return cls(transport, weight, softness, load, transport.spacing(centres) ** transport.power)

    def merged(self, size: int, centres: FloatArray) -> _Units:
        """Every ``size`` consecutive units as one."""
        if size <= 1:
            return self
        coarse = replace(self.transport, weight=self.weight).coarsened(size)
        return _Units.of(coarse, np.add.reduceat(self.load, np.arange(0, len(self.load), size), axis=0), centres)

    def loads(self, centres: FloatArray, prices: FloatArray, heat: FloatArray) -> tuple[float, FloatArray]:
        """Sum of the best scores, and loads (K, M), at prices (K, M) and temperature per block."""
        t = self.transport
        if isinstance(t, TableTransport):
            return priced_loads_by_table(
                self.weight, self.softness, self.load, t.pinned, t.barred_ptr, t.barred,
                t.stay.ptr, t.stay.territory, t.stay_worth, centres, np.ascontiguousarray(prices), heat,
            )  # fmt: skip
        is_large = len(self.weight) >= kernels.PARALLEL_UNITS
        priced_loads = many_kernels.priced_loads_parallel if is_large else many_kernels.priced_loads
        value, loads = priced_loads(
            t.points, self.weight, self.softness, self.load, t.pinned, t.barred_ptr, t.barred,
            t.stay.ptr, t.stay.territory, t.stay_worth, t.middle, t.radius, t.block,
            centres, np.ascontiguousarray(prices), heat, t.power, t.is_sphere,
        )  # fmt: skip
        return value, loads


class _Dual:
    """The dual function of one problem and its centres."""

    def __init__(self, model: Model, centres: FloatArray, lower: FloatArray, upper: FloatArray) -> None:
        self.centres, self.lower, self.upper = centres, lower, upper
        self.units = _Units.of(transport_kind(model).exact(model), np.ascontiguousarray(model.load), centres)
        is_table = model.travel is not None
        # Prices are found on merged units; only the value at them needs every unit.
        self.coarse = self.units if is_table else self.units.merged(model.n // max(COARSE_UNITS, COARSE_PER_TERRITORY * model.k), centres)
        self.is_merged = self.coarse is not self.units
        self.price_scale = float(np.median(self.units.spacing))
        reach = np.linalg.norm(model.points.max(axis=0) - model.points.min(axis=0)) + np.abs(centres).max() * 2
        dearest = float(centres.max()) if is_table else float((np.pi * reach) ** self.units.transport.power)
        self.added = float((self.units.transport.weight <= 0).sum()) * WEIGHTLESS * dearest

    def exact(self, prices: FloatArray) -> float:
        """The bound at these prices."""
        value, _ = self.units.loads(self.centres, prices, np.zeros_like(self.units.spacing))
        return value - self.added + float(np.where(prices > 0, self.lower * prices, self.upper * prices).sum())

    def climb(self, prices: FloatArray, temperature: float, *, most_steps: int) -> FloatArray:
        """Better prices for the smoothed dual."""
        shape, heat = prices.shape, temperature * self.coarse.spacing

        def negated(x: FloatArray) -> tuple[float, FloatArray]:
            above, below = x.reshape(2, *shape) * self.price_scale
            value, loads = self.coarse.loads(self.centres, above - below, heat)
            value += float((self.lower * above - self.upper * below).sum())
            slope = np.stack([self.lower - loads, loads - self.upper]) * self.price_scale
            return -value / self.price_scale, -slope.ravel() / self.price_scale

        begin = np.stack([np.maximum(prices, 0.0), np.maximum(-prices, 0.0)]).ravel() / self.price_scale
        options = {"maxiter": most_steps, "ftol": ENOUGH}
        found = minimize(negated, begin, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(begin), options=options)
        above, below = found.x.reshape(2, *shape) * self.price_scale
        return above - below
