"""The course of the search: cool down, raise the price of imbalance while it lasts, stop at rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.design.construct.build import Construction
from bailiwick.design.construct.centres import recentre
from bailiwick.design.construct.transport import Transport
from bailiwick.design.improve.search import Search
from bailiwick.design.model import Model
from bailiwick.design.progress import Watch
from bailiwick.domain import IntArray


@dataclass(frozen=True)
class ScheduleParams:
    """Effort and temperatures, relative to the mean cost of a unit.

    Attributes
    ----------
    few, per_node
        Proposals of the main cooling: at least ``few``, else ``per_node`` for each node.
    n_slices
        Slices of the main cooling; between slices centres move and the watch is asked.
    heat, cold
        First and last temperature.
    price
        Price of imbalance at the start, in mean territory costs per territory of excess.
    price_growth
        Factor on the price for every mending round.
    mending_rounds
        Most rounds spent on territories that are still out of balance.
    """

    few: int = 2_000_000
    per_node: int = 100
    n_slices: int = 24
    heat: float = 2.0
    cold: float = 0.02
    price: float = 10.0
    price_growth: float = 3.0
    mending_rounds: int = 8
    bend: float = 10.0
    compound_share: float = 0.5


def improve(
    model: Model, built: Construction, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int, params: ScheduleParams | None = None
) -> IntArray:
    """Best territory per node found from the constructed plan, shape (n,)."""
    params = params or ScheduleParams()
    search = Search(model, built.label, built.centres, seed, graph)
    best = _Best(search)
    if model.k == 1 or model.k == model.n or watch.report("improve", 0.0):
        return best.label
    transport, is_free = Transport.of(model), ~model.is_fixed
    unit_cost = max(search.cost(), 1e-12) / model.n
    price = params.price * max(search.cost(), 1e-12) / model.k
    n_proposals = max(params.few, params.per_node * model.n) // params.n_slices
    ladder = np.geomspace(params.heat, params.cold, params.n_slices + 1) * unit_cost
    for at in range(params.n_slices):
        search.anneal(price=price, bend=params.bend, hot=ladder[at], cold=ladder[at + 1], n_proposals=n_proposals,
                      compound_share=params.compound_share)  # fmt: skip
        search.recentre(lambda label, centres: recentre(transport, label, centres, is_free))
        best.offer(search)
        if watch.report("improve", (at + 1) / (params.n_slices + params.mending_rounds), n_violations=best.n_violations):
            return best.label
    _mend(search, best, price, unit_cost, n_proposals, params, watch)
    return best.label


def _mend(search: Search, best: _Best, price: float, unit_cost: float, n_proposals: int, params: ScheduleParams, watch: Watch) -> None:
    """Quench, and while territories are out of balance make imbalance dearer and try again from a little heat."""
    idle = 0
    for at in range(params.mending_rounds):
        before = best.excess
        search.anneal(price=price, bend=params.bend, hot=0.0, cold=0.0, n_proposals=n_proposals, compound_share=params.compound_share)
        best.offer(search)
        done = (params.n_slices + at + 1) / (params.n_slices + params.mending_rounds)
        if watch.report("improve", done, n_violations=best.n_violations) or best.excess <= 1e-9:
            return
        idle = idle + 1 if best.excess > before * 0.9 else 0
        if idle >= 3:
            return
        price *= params.price_growth
        search.anneal(price=price, bend=params.bend, hot=params.heat * unit_cost * 0.5, cold=params.cold * unit_cost,
                      n_proposals=n_proposals * 2, compound_share=params.compound_share)  # fmt: skip


class _Best:
    """The best plan so far: least excess, then least cost."""

    def __init__(self, search: Search) -> None:
        self.excess, self.cost, self.n_violations = np.inf, np.inf, -1
        self.label = search.label.copy()
        self.offer(search)

    def offer(self, search: Search) -> None:
        """Keep a copy if it is better."""
        over = search.excesses()
        excess, cost = float(over.sum()), search.cost()
        is_better = excess < self.excess - 1e-9 or (excess < self.excess + 1e-9 and cost < self.cost)
        if is_better:
            self.excess, self.cost = excess, cost
            self.n_violations = int((over > 1e-9).any(axis=1).sum())
            self.label = search.label.copy()
