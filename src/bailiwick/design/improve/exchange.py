"""The last mile of a plan: exchanges of a few units between neighbours, each priced by the objective itself.

The search before measures from centres that stand still between its slices and lets loads leave their windows for a price. Where
windows are narrow and territories consist of few units, that leaves plans which an exchange of, say, two units for three would
better: balanced before, balanced after, never balanced in between. Here every exchange keeps the rules, and what it saves is
reckoned with both centres chosen anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bailiwick.design.construct.build import Construction
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.improve.crew import mixed
from bailiwick.design.improve.exchange_kernels import walk
from bailiwick.design.improve.exchange_state_kernels import Terms
from bailiwick.design.improve.schedule import Improved, snapshot
from bailiwick.design.improve.search import Search
from bailiwick.design.model import DIAMETER, Model
from bailiwick.design.progress import Watch
from bailiwick.design.threads import each
from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.geodesy import distance_km

MOST_UNITS = 5_000
"""Nodes up to which plans are finished by exchanges."""
WALKED_UNITS, WALKED_PAIRS = 1_000, 20_000
"""Nodes, and pairs of them that share a territory, up to which exchanges are drawn, too, to come out of plans that no exchange betters."""
LEAST_KICKS, KICKS, SLICE = 100, 5, 25
"""Draws of a walk, at least and for each territory, and draws between two looks at the watch."""
HOT = 3.0
"""Temperature at the first draw, in mean costs of a unit; it falls to nothing."""
SLACK = 1.0
"""What an exchange may lose at the present centres and still be looked at, in mean costs of a unit."""
NARROW, WIDE = 3, 2
"""Units that go each way at most, where a window is narrower than a unit is large, and else."""


def can_exchange(model: Model) -> bool:
    """Whether there is a centre to measure from, and nothing that wants to stay where it is."""
    has_sites = model.travel is None or not model.travel.has_groups
    return model.objective != DIAMETER and not model.stay.is_there and has_sites and 1 < model.k < model.n <= MOST_UNITS


def exchange(
    model: Model, built: Construction, plans: Sequence[Improved], graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int
) -> Improved:
    """The first plan after exchanges, or what they make of another if that is better: fewer pieces, less excess, or less cost.

    Cost is from the best unit of each territory. Small problems are walked from every plan, side by side.

    Parameters
    ----------
    plans
        The best plan, and others to go on from, too.
    seed
        Of the drawn exchanges.
    """
    if watch.is_stopped or not can_exchange(model):
        return plans[0]
    search = Search(model, plans[0].label, plans[0].centres, graph, seed=seed)
    search.settle_on_sites(built.transport)
    best = snapshot(search)
    terms, objective = _terms(model, search, graph, best.cost / model.n), best.cost / model.scale
    is_walked = model.n <= WALKED_UNITS and model.n**2 <= WALKED_PAIRS * model.k
    n_kicks = max(LEAST_KICKS, KICKS * model.k) if is_walked else 0

    numbers = range(len(plans) if n_kicks else 1)

    def walked(number: int) -> IntArray:
        with watch.part(number / len(numbers), (number + 1) / len(numbers)):
            return _walked(terms, plans[number].label, watch, objective, mixed(seed, number), n_kicks)

    for label in [walked(number) for number in numbers] if watch.may_be_stopped else each(walked, numbers):
        search.restart(label)
        search.recentre(built.transport)
        best = min(best, snapshot(search), key=lambda plan: (n_broken(model, plan.label), *plan.rank))
    return best


def _walked(terms: Terms, label: IntArray, watch: Watch, objective: float, state: int, n_kicks: int) -> IntArray:
    """The best plan of one walk; the watch is asked between its slices."""
    random, best, last = np.full(1, state, np.uint64), label, label
    is_narrow = (terms.upper - terms.lower).max(axis=0) < terms.load.mean(axis=0)
    most = NARROW if is_narrow.any() else WIDE
    for begun in range(0, max(n_kicks, 1), SLICE):
        ended = min(begun + SLICE, n_kicks)
        hot, cold = (HOT * (1.0 - at / max(n_kicks, 1)) for at in (begun, ended))
        best, last = walk(terms, best, last, ended - begun, hot, cold, most, random)
        if watch.report("improve", ended / max(n_kicks, 1), objective=objective):
            break
    return best


def _terms(model: Model, search: Search, graph: tuple[IntArray, IntArray], unit_cost: float) -> Terms:
    """The model as the exchanges see it."""
    ground, minutes = search.ground, np.empty((0, 0))
    if model.travel is not None and model.travel.table.unit_minutes is not None:
        unit_of_node = np.empty(model.n, np.int32)
        unit_of_node[model.node_of_unit] = np.arange(model.n)
        minutes = model.travel.rows(unit_of_node)
    return Terms(
        ground.points, ground.weight, ground.load, ground.lower, ground.upper, ground.target, _may_have(model),
        ground.bonds.indptr, ground.bonds.indices, *graph, _home_costs(model, search), model.is_fixed, minutes,
        search.power, model.is_sphere, unit_cost, SLACK,
    )  # fmt: skip


def _may_have(model: Model) -> np.ndarray:
    """Whether a node may get a territory, shape (n, K)."""
    allowed = (model.pinned[:, None] < 0) | (model.pinned[:, None] == np.arange(model.k))
    allowed[np.repeat(np.arange(model.n), np.diff(model.barred_ptr)), model.barred] = False
    return allowed


def _home_costs(model: Model, search: Search) -> FloatArray:
    """What every node costs from the fixed centres, shape (K, n); (0, 0) where all are free."""
    if not model.is_fixed.any():
        return np.empty((0, 0))
    if model.travel is not None:
        return np.ascontiguousarray(search.weight * model.travel.rows(np.full(model.k, -1, np.int32)))
    home = np.zeros((model.k, model.n))
    for j in np.flatnonzero(model.is_fixed):
        home[j] = search.weight * distance_km(model.points, model.centres[j]) ** search.power
    return home
