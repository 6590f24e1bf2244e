"""Balanced power diagram for given centres: prices of territories by a smoothed transport dual.

Splitting units is allowed in this relaxation. Its dual has one price g per territory: unit i goes to the territory of
least weight_i · cost(i, c_j) − load_i · g_j, and the dual value at any g is a lower bound. The dual is smoothed by a
softmin and maximised by damped Newton steps along a ladder of falling temperatures.

References
----------
Kitagawa, J., Mérigot, Q., Thibert, B. (2019). Convergence of a Newton algorithm for semi-discrete optimal transport.
    Journal of the European Mathematical Society 21(9).
Cohen-Addad, V., Klein, P. N., Young, N. E. (2018). Balanced centroidal power diagrams for redistricting. SIGSPATIAL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bailiwick.design.construct import kernels
from bailiwick.design.construct.curvature_kernels import gather_curvature
from bailiwick.design.construct.newton_kernels import newton_step, spacing_around, spacing_around_parallel
from bailiwick.design.model import INERTIA, Model
from bailiwick.design.stay import NOTHING, Stay
from bailiwick.domain import FloatArray, IntArray

BLOCK = 64
DEAD_CELL = 0.2
LADDER = (0.12, 0.04, 0.012)
REST = 1e-3
"""Share of what is short that a Newton step may leave: the next step takes it along, and a tenth of the work does."""


class Curvature(NamedTuple):
    """Negative second derivative of the smoothed dual, symmetric, (K, K), in compressed rows."""

    indptr: IntArray
    indices: IntArray
    entries: FloatArray


@dataclass(frozen=True, eq=False)
class Transport:
    """Points with a weight of distance and one load, ready for transport to centres.

    Attributes
    ----------
    weight
        Weight of distance, positive, shape (n,), scaled to sum to K.
    load
        What is balanced, shape (n,), units larger than a territory cut to its size.
    target
        Load that each territory should get, shape (K,); sums to the sum of ``load``.
    power
        1: cost is distance. 2: squared distance.
    stay
        What units keep by staying where they are today, priced in the scaled weights.
    """

    points: FloatArray
    weight: FloatArray
    load: FloatArray
    target: FloatArray
    pinned: IntArray
    barred_ptr: IntArray
    barred: IntArray
    power: int
    middle: FloatArray
    radius: FloatArray
    stay: Stay = NOTHING

    @classmethod
    def of(cls, model: Model, *, measure: int = 0, power: int | None = None) -> Transport:
        """The transport problem of one balanced measure of a model."""
        weight = model.weight * (model.k / max(model.weight.sum(), 1e-300))
        load, target = cut_to_size(*_something_to_share(model, measure))
        middle, radius = kernels.block_circles(model.points, BLOCK)
        return cls(
            points=model.points,
            weight=_smoothable(weight, load),
            load=load,
            target=target,
            pinned=model.pinned,
            barred_ptr=model.barred_ptr,
            barred=model.barred,
            power=power or (2 if model.objective == INERTIA else 1),
            middle=middle,
            radius=radius,
            stay=model.stay.scaled(model.scale),
        )

    @cached_property
    def stay_worth(self) -> FloatArray:
        """What each entry of ``stay`` is worth."""
        return self.stay.share * self.stay.price

    @property
    def is_sphere(self) -> bool:
        """Whether distances follow the great circle."""
        return self.points.shape[1] == 3

    @classmethod
    def exact(cls, model: Model, *, measure: int = 0) -> Transport:
        """Like :meth:`of` with weights and loads as they are: for :meth:`assign` and bounds, not for :meth:`balance`."""
        smooth = cls.of(model, measure=measure)
        weight = model.weight * (model.k / max(model.weight.sum(), 1e-300))
        return replace(smooth, weight=weight, load=np.ascontiguousarray(model.load[:, measure]), target=model.target[:, measure])

    def smoothable(self) -> Transport:
        """The same with positive weights, which the softmin needs."""
        return replace(self, weight=_smoothable(self.weight, self.load))

    def coarsened(self, size: int) -> Transport:
        """Every ``size`` consecutive points merged into their weighted mean; locks, bars and today's alignment are dropped."""
        n = len(self.points)
        if size <= 1:
            return self
        starts = np.arange(0, n, size)
        weight, load = np.add.reduceat(self.weight, starts), np.add.reduceat(self.load, starts)
        points = np.add.reduceat(self.points * self.weight[:, None], starts, axis=0) / weight[:, None]
        middle, radius = kernels.block_circles(points, BLOCK)
        free = np.full(len(points), -1, np.int32)
        none = np.zeros(len(points) + 1, np.int32)
        return Transport(points, weight, load, self.target, free, none, np.empty(0, np.int32), self.power, middle, radius)

    def spacing(self, centres: FloatArray) -> FloatArray:
        """Local distance between centres around each block, km."""
        k = len(centres)
        if k == 1:
            return np.full(len(self.radius), max(float(self.radius.max()), 1.0))
        around = spacing_around_parallel if len(self.points) >= kernels.PARALLEL_UNITS else spacing_around
        return np.maximum(around(centres, self.middle, min(4, k) - 1), 1e-6)

    def assign(self, centres: FloatArray, prices: FloatArray) -> tuple[IntArray, float, FloatArray]:
        """Best territory per unit at these prices, sum of the best scores, and territory loads."""
        assign = kernels.hard_assign_parallel if len(self.points) >= kernels.PARALLEL_UNITS else kernels.hard_assign
        return assign(
            self.points, self.weight, self.load, self.pinned, self.barred_ptr, self.barred,
            self.stay.ptr, self.stay.territory, self.stay_worth, self.middle, self.radius, BLOCK, centres, prices,
            self.power, self.is_sphere,
        )  # fmt: skip

    def soft(self, centres: FloatArray, prices: FloatArray, temperature: FloatArray) -> tuple[float, FloatArray, Curvature]:
        """Smoothed dual without its linear term, loads (K,), and the negative second derivative (K, K)."""
        soft_loads = kernels.soft_loads_parallel if len(self.points) >= kernels.PARALLEL_UNITS else kernels.soft_loads
        value, load, diagonal, partner, coupling = soft_loads(
            self.points, self.weight, self.load, self.pinned, self.barred_ptr, self.barred,
            self.stay.ptr, self.stay.territory, self.stay_worth, self.middle, self.radius, BLOCK, centres, prices, temperature,
            self.power, self.is_sphere,
        )  # fmt: skip
        return value, load, Curvature(*gather_curvature(diagonal, partner, coupling, DEAD_CELL))

    def balance(
        self,
        centres: FloatArray,
        *,
        ladder: tuple[float, ...] = LADDER,
        start: FloatArray | None = None,
        accuracy: float = 0.004,
        max_steps: int = 12,
    ) -> FloatArray:
        """Prices, shape (K,), that give every territory its target load up to about one unit.

        Parameters
        ----------
        centres
            Shape (K, d), km.
        ladder
            Falling temperatures of the softmin, relative to the local spacing of centres.
        start
            Prices to start from; zero if None.
        accuracy
            Largest relative deviation of the smoothed loads at which a temperature is finished.
        max_steps
            Newton steps per temperature.
        """
        prices = np.zeros(len(centres)) if start is None else start.copy()
        scale = self.spacing(centres) ** self.power
        cap = float(np.median(scale))
        for temperature in ladder:
            prices = self._newton(centres, prices, temperature * scale, cap, accuracy, max_steps)
        return prices - np.average(prices, weights=self.target)

    def _newton(
        self, centres: FloatArray, prices: FloatArray, temperature: FloatArray, cap: float, accuracy: float, max_steps: int
    ) -> FloatArray:
        value, load, curvature = self.soft(centres, prices, temperature)
        dual = value + prices @ self.target
        for _ in range(max_steps):
            short = self.target - load
            if np.abs(short / self.target).max() < accuracy:
                break
            step = newton_step(*curvature, short, cap, REST)
            for _ in range(8):
                trial = prices + step
                value, load, curvature = self.soft(centres, trial, temperature)
                if value + trial @ self.target >= dual + 1e-4 * (short @ step):
                    break
                step = 0.4 * step
            else:
                return prices
            prices, dual = trial, value + trial @ self.target
        return prices


def _smoothable(weight: FloatArray, load: FloatArray) -> FloatArray:
    return np.maximum(weight, np.maximum(0.02 * load, max(1e-9, 1e-6 / max(len(weight), 1))))


def _something_to_share(model: Model, measure: int) -> tuple[FloatArray, FloatArray]:
    """Loads and targets of a measure; one share per node where the measure is zero everywhere."""
    load, target = model.load[:, measure], model.target[:, measure]
    if load.sum() > 0:
        return load, target
    return np.full(model.n, model.k / model.n), np.ones(model.k)


def cut_to_size(load: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cut loads that exceed a mean territory, and scale targets so that both sides still agree.

    A unit heavier than a territory can only stand alone; its surplus must not push its neighbours out of balance. Where
    such units have all there is, every unit counts the same instead.

    Examples
    --------
    >>> load, target = cut_to_size(np.array([3.0, 1.0, 1.0, 1.0]), np.array([1.5, 1.5, 1.5, 1.5]))
    >>> load.tolist(), target.tolist()
    ([1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0])
    """
    k = len(target)
    share = target / target.sum() if target.sum() > 0 else np.full(k, 1.0 / k)
    heaviest = np.sort(load)[::-1][: k - 1]
    # With h units cut, K territories of one size share what the others hold and h times that size.
    rest = (load.sum() - np.concatenate([[0.0], np.cumsum(heaviest)])) / (k - np.arange(len(heaviest) + 1))
    n_cut = int(np.argmax(np.append(heaviest, 0.0) <= rest * (1 + 1e-12)))
    if rest[n_cut] <= 0:
        return np.full(len(load), k / len(load)), share * k
    cut = np.minimum(load, rest[n_cut])
    return cut, share * cut.sum()
