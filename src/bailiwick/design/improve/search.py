"""Annealed boundary search: spends the tolerance on compactness and brings every measure inside its window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bailiwick.design.construct.kernels import cost_of
from bailiwick.design.improve import search_kernels as kernels
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.model import INERTIA, Model
from bailiwick.domain import FloatArray, IntArray


@dataclass(frozen=True)
class SearchParams:
    """Effort of the search.

    Attributes
    ----------
    proposals_per_node
        Proposed moves per node over the whole run.
    n_slices
        The run is cut into slices; between slices centres move, prices adapt and the clock is read.
    heat
        Starting temperature relative to the typical change of a boundary move.
    compound_share
        Share of proposals that move two units at once.
    """

    proposals_per_node: int = 300
    n_slices: int = 40
    heat: float = 0.3
    compound_share: float = 0.5


@dataclass(eq=False)
class Search:
    """A plan under search, as arrays that the kernel edits in place."""

    model: Model
    label: IntArray
    centres: FloatArray
    seed: int
    graph: tuple[IntArray, IntArray]

    def __post_init__(self) -> None:
        model = self.model
        n, k = model.n, model.k
        self.power = 2 if model.objective == INERTIA else 1
        self.weight = model.weight * (k / max(model.weight.sum(), 1e-300))
        self.label = self.label.astype(np.int32).copy()
        self.is_mean = (~model.is_fixed) & (self.power == 2)
        self.state = np.array([(self.seed * 2 + 1) * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
        self._items = np.empty(2 * n + 17 * k + 64, np.int32)
        self._place = np.empty(n, np.int32)
        self._start, self._room, self._count = (np.empty(k, np.int64) for _ in range(3))
        self._stamp, self._mark, self._queue = np.zeros(n, np.int64), np.zeros(1, np.int64), np.empty(n, np.int32)
        self.refresh()

    def refresh(self) -> None:
        """Recompute loads, sizes and means from the labels."""
        model, k = self.model, self.model.k
        self.loads = model.loads(self.label)
        self.size = np.bincount(self.label, minlength=k).astype(np.int64)
        self.mass = np.bincount(self.label, weights=self.weight, minlength=k)
        means = np.column_stack([np.bincount(self.label, weights=self.weight * column, minlength=k) for column in model.points.T])
        means /= np.maximum(self.mass, 1e-300)[:, None]
        self.centres = np.where((self.is_mean & (self.mass > 0))[:, None], means, self.centres)

    def recentre(self, move: Callable[[IntArray, FloatArray], FloatArray]) -> None:
        """Let free centres that are not means follow their territories."""
        if self.power == 1 and not self.model.is_fixed.all():
            self.centres = move(self.label, self.centres)

    def excesses(self) -> FloatArray:
        """Relative amount by which each load is outside its window, shape (K, M)."""
        model = self.model
        over = np.maximum(np.maximum(self.loads - model.upper, model.lower - self.loads), 0.0)
        return over / np.where(model.target > 0, model.target, 1.0) * (model.target > 0)

    def cost(self) -> float:
        """Objective of the plan at the present centres, weights scaled to sum to K."""
        square = ((self.model.points - self.centres[self.label]) ** 2).sum(axis=1)
        return float(self.weight @ _costs(square, self.power, self.model.is_sphere))

    def anneal(self, *, price: float, bend: float, hot: float, cold: float, n_proposals: int, compound_share: float) -> int:
        """Run the kernel; returns accepted steps."""
        model = self.model
        indptr, indices = self.graph
        return kernels.anneal(
            indptr, indices, model.must_connect, model.points, self.weight, model.load, model.lower, model.upper, model.target,
            model.emphasis, model.pinned, model.barred_ptr, model.barred, self.label, self.loads, self.size, self.centres, self.mass,
            self.is_mean, self.power, model.is_sphere, price, bend, hot, cold, n_proposals, compound_share, self.state, self._items,
            self._place, self._start, self._room, self._count, self._stamp, self._mark, self._queue,
        )  # fmt: skip

    def violations(self) -> int:
        """Territories out of balance or in pieces."""
        outside = int((self.excesses() > 1e-9).any(axis=1).sum())
        return outside + n_broken(self.model, self.label)


def _costs(square_km: FloatArray, power: int, is_sphere: bool) -> FloatArray:
    if not is_sphere:
        return np.sqrt(square_km) if power == 1 else square_km
    return np.array([cost_of(s, power, is_sphere) for s in square_km])
