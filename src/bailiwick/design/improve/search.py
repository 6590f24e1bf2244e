"""A plan under annealed search: the arrays that the kernels edit, and what is read off between their runs."""

from __future__ import annotations

import numpy as np

from bailiwick.design.construct.centres import recentre
from bailiwick.design.construct.kernels import LOOKUP, PARALLEL_UNITS
from bailiwick.design.construct.transport import Transport
from bailiwick.design.improve.cost_kernels import total_cost, total_cost_parallel
from bailiwick.design.improve.crew import Crew
from bailiwick.design.improve.graph_kernels import Borders, Graph
from bailiwick.design.improve.search_kernels import DIAMETER_POWER, Ground, Heat, State
from bailiwick.design.model import DIAMETER, INERTIA, Model
from bailiwick.domain import FloatArray, IntArray
from bailiwick.metrics.centres import best_sites
from bailiwick.metrics.diameter import diameters_km

SPARE_SEATS = 3.0
POWER_OF = {DIAMETER: DIAMETER_POWER, INERTIA: 2}


class Search:
    """A plan with everything needed to change it quickly.

    Parameters
    ----------
    model
        The compiled problem.
    label
        Territory per node to start from, shape (n,).
    centres
        Centres to measure from, shape (K, d), km; with travel times rows of costs, shape (K, n).
    graph
        Neighbour graph along which nodes change hands.
    seed
        Of the random source.
    """

    def __init__(self, model: Model, label: IntArray, centres: FloatArray, graph: tuple[IntArray, IntArray], *, seed: int) -> None:
        n, k = model.n, model.k
        self.model = model
        self.graph = Graph(*graph)
        self.power = POWER_OF.get(model.objective, 1)
        self.weight = model.weight * (k / max(model.weight.sum(), 1e-300))
        self.ground = Ground(
            model.points, self.weight, model.load, model.lower, model.upper, model.target, model.emphasis, model.pinned,
            model.barred_ptr, model.barred, self.power if model.travel is None else LOOKUP, model.is_sphere,
            Graph(model.indptr, model.indices),
            model.stay.scaled(1.0 if self.power == DIAMETER_POWER else model.scale),
        )  # fmt: skip
        room, unit = np.empty(n + n // 2 + 16 * k + 16, np.int32), np.empty(n, np.int32)
        self.borders = Borders(room, unit, unit.copy(), *(np.empty(k, np.int64) for _ in range(3)))
        self.crew = Crew(self.graph, k, seed=seed)
        self.is_on_sites = model.travel is not None
        self.state = self._state(label.astype(np.int32).copy(), centres.copy())

    def _state(self, label: IntArray, centres: FloatArray) -> State:
        model, k = self.model, self.model.k
        is_mean = (~model.is_fixed) & (self.power == 2) & (not self.is_on_sites)
        size = np.bincount(label, minlength=k).astype(np.int64)
        mass = np.bincount(label, weights=self.weight, minlength=k)
        if is_mean.any():
            sums = np.column_stack([np.bincount(label, weights=self.weight * column, minlength=k) for column in model.points.T])
            means = sums / np.maximum(mass, 1e-300)[:, None]
            centres = np.where((is_mean & (mass > 0))[:, None], means, centres)
        members, seat = self._seats(label, size)
        moved = np.array([model.stay.moved(label)])
        return State(label, model.loads(label), size, centres, mass.astype(np.float64), is_mean, members, seat, np.ones(1), moved)

    def _seats(self, label: IntArray, size: np.ndarray) -> tuple[IntArray, IntArray]:
        if self.power != DIAMETER_POWER:
            return np.empty((1, 1), np.int32), np.empty(1, np.int32)
        order = np.argsort(label, kind="stable")
        seat = np.empty(len(label), np.int32)
        seat[order] = np.arange(len(label)) - np.repeat(np.cumsum(size) - size, size)
        room = int(max(SPARE_SEATS * len(label) / len(size), 1.2 * size.max())) + 8
        members = np.zeros((len(size), room), np.int32)
        members[label, seat] = np.arange(len(label))
        return members, seat

    @property
    def label(self) -> IntArray:
        """Territory per node now, shape (n,)."""
        return self.state.label

    def restart(self, label: IntArray, centres: FloatArray | None = None) -> None:
        """Go on from another plan, by default with the centres as they are."""
        reach, centres = self.state.reach, self.state.centres if centres is None else centres
        self.state = self._state(label.astype(np.int32).copy(), centres.copy())._replace(reach=reach)
        self.crew.has_borders = False

    def run(self, heat: Heat, *, is_alone: bool = False) -> int:
        """Anneal, all territories as one group if ``is_alone``; returns the number of accepted steps."""
        return self.crew.run(self.ground, self.state, self.borders, heat, is_alone=is_alone)

    def recentre(self, transport: Transport) -> None:
        """Let free centres follow their territories: means follow by themselves, medians by a step, sites by choice."""
        is_free = ~self.model.is_fixed
        if self.model.travel is not None:
            sites = self.model.travel.best_sites(self.label)
            self.state.centres[is_free] = self.model.travel.rows(sites)[is_free]
        elif self.is_on_sites:
            site = best_sites(self.model.points, self.weight, self.label, self.model.k, power=max(self.power, 1))
            self.state.centres[is_free] = self.model.points[site[is_free]]
        elif self.power == 1 and is_free.any():
            self.state.centres[:] = recentre(transport, self.label, self.state.centres, is_free)

    def settle_on_sites(self, transport: Transport) -> bool:
        """From now on free centres are units, as the objective has it; before, their middles are a smoother guide.

        Returns whether anything changed.
        """
        if self.is_on_sites:
            return False
        self.is_on_sites = self.power != DIAMETER_POWER and not self.model.is_fixed.all()
        if self.is_on_sites:
            self.state.is_mean[:] = False
            self.recentre(transport)
        return self.is_on_sites

    def excesses(self) -> FloatArray:
        """Relative amount by which each load is outside its window, shape (K, M)."""
        return self.model.excesses(self.label)

    def cost(self) -> float:
        """Objective at the present centres, weights scaled to sum to K; the largest diameter in km for that objective."""
        points = self.model.points
        disruption = self.ground.stay.price * self.model.stay.moved(self.label)
        if self.model.travel is not None:
            return float((self.weight * self.state.centres[self.label, np.arange(self.model.n)]).sum()) + disruption
        if self.power == DIAMETER_POWER:
            return float(diameters_km(points, self.label, self.model.k).max()) + disruption
        total = total_cost_parallel if self.model.n >= PARALLEL_UNITS else total_cost
        return float(total(points, self.weight, self.label, self.state.centres, self.power, self.model.is_sphere)) + disruption
