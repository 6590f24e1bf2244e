"""The course of a search that starts from today's plan: chains along a flow, then annealing, in turn.

Neighbours of a territory out of balance are often at the edge of their own windows, so that no single move helps: load has
to go through several territories at once. A flow between territories sees that; annealing alone takes very long to.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.bounds.disruption_floor import least_flow, territory_pairs
from bailiwick.design.construct.build import Construction
from bailiwick.design.improve.chains import follow
from bailiwick.design.improve.schedule import Course, ScheduleParams
from bailiwick.design.model import DIAMETER, Model
from bailiwick.design.progress import Watch
from bailiwick.design.stay import Stay
from bailiwick.domain import IntArray

MARGIN = 0.1
"""Chains aim at windows that are narrower by this share: what no unit fits exactly then lies inside."""
POLISHING_ROUNDS = 3
POLISHING_HEAT = 1.0
REALIGN = ScheduleParams(per_node=60, few=1_200_000, n_slices=6, hot=1.0, cooling_growth=3.0, mending_rounds=6)


class Rounds(Course):
    """A course that sends load along chains of territories before every run."""

    def __init__(
        self,
        model: Model,
        built: Construction,
        graph: tuple[IntArray, IntArray],
        watch: Watch,
        *,
        seed: int,
        params: ScheduleParams = REALIGN,
    ) -> None:
        super().__init__(model, built, graph, watch, seed, params)
        disruption = self.search.ground.stay.price
        if model.objective != DIAMETER:
            # Curing an excess takes several moves on the way: it must be worth more than they cost.
            self.price = max(self.price, params.price * disruption / model.k)
            self.price_unit = self.price / params.price
            self.unit_cost = max(self.unit_cost, 0.5 * disruption / model.n)

    def polish(self, n_rounds: int = POLISHING_ROUNDS) -> None:
        """From the best plan, which is balanced: better ones near it at prices that keep it so."""
        params = self.params
        for at in range(n_rounds):
            self.search.restart(self.best.label)
            self._run(POLISHING_HEAT * params.hot * self.unit_cost, params.cold * self.unit_cost, 2 * self.n_proposals)
            self._run(0.0, 0.0, self.n_proposals // 2)
            self.search.recentre(self.transport)
            if self._look(params.n_slices + params.mending_rounds + at):
                return

    def prepare(self) -> None:
        """Let load flow out of and into the territories that are out of balance."""
        search = self.search
        excess = search.excesses()
        if excess.sum() <= self.floor:
            return
        measure = int(excess.sum(axis=0).argmax())
        pairs = territory_pairs(search.label, search.graph.indptr, search.graph.indices, self.model.k)
        flow = least_flow(self._residual(measure, MARGIN), measure, pairs) or least_flow(self._residual(measure, 0.0), measure, pairs)
        if flow is not None:
            search.restart(follow(search, flow, measure=measure))

    def _residual(self, measure: int, margin: float) -> Model:
        """The model as it stands now, with narrower windows, where every load is as dear as any other."""
        model = self.model
        lower, upper = model.lower.copy(), model.upper.copy()
        room = 0.5 * margin * (upper[:, measure] - lower[:, measure])
        lower[:, measure] += room
        upper[:, measure] -= room
        label = self.search.label
        share = model.load[:, measure] / max(float(model.load[:, measure].sum()), 1e-300)
        stay = Stay(np.arange(model.n + 1, dtype=np.int32), label.copy(), share, 1.0, np.inf)
        return replace(model, lower=lower, upper=upper, stay=stay, pinned=np.where(model.pinned >= 0, label, -1).astype(np.int32))
