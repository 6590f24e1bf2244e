"""Tabu search for a smaller largest diameter, from a plan that keeps the rules.

The largest diameter is flat: hardly any move changes it, and what is near it decides. So the sum of a high power of all diameters is
made smaller, by the best move or exchange at every step even where it makes things worse, while what has moved must not return for a
time; imbalance has a price that rises while plans are out of balance and falls while they are in (tabu search with strategic
oscillation: Glover & Laguna 1997; for this problem Ríos-Mercado & Escalante 2016).
"""

from __future__ import annotations

from functools import partial

import numpy as np

from bailiwick.design.improve.crew import mixed
from bailiwick.design.improve.graph_kernels import Graph
from bailiwick.design.improve.narrow_kernels import Field, Standing
from bailiwick.design.improve.narrow_step_kernels import tabu
from bailiwick.design.improve.schedule import Improved
from bailiwick.design.model import DIAMETER, Model
from bailiwick.design.progress import Watch
from bailiwick.design.threads import each
from bailiwick.domain import FloatArray, IntArray
from bailiwick.metrics.diameter import diameters_km

MOST_NODES, MOST_PER_TERRITORY = 20_000, 250
"""Problems that are narrowed: a step takes the square of the nodes of a territory."""
SIDES = 2
"""Searches side by side, each from the best plan so far with numbers of its own."""
ROUNDS, IDLE_ROUNDS = 8, 4
"""Rounds, after each of which all go on from the best plan, and rounds without gain after which it is enough."""
STEPS, STEPS_PER_NODE = 10_000, 50
"""Of each search in a round; the latter where there are few nodes."""
FIRST_PRICE = 100.0
SPARE_SEATS = 4
"""Room in a territory, in sizes of the largest at the start."""


def can_narrow(model: Model) -> bool:
    """Whether this search is for the problem: the largest diameter, free to change, territories not too large for it."""
    is_small = model.n <= MOST_NODES and model.n <= MOST_PER_TERRITORY * model.k
    return model.objective == DIAMETER and not model.stay.is_there and model.travel is None and is_small and 1 < model.k < model.n


def narrow(model: Model, found: Improved, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int) -> Improved:
    """Search on from a plan; gives back the best one, with its largest diameter in km as cost."""
    field = _field(model, graph)
    label, best, idle = found.label, np.full(2, np.inf), 0
    sides = [Side(field, seed=mixed(seed, side)) for side in range(SIDES)]
    for at in range(ROUNDS):
        is_stopped = watch.report("improve", at / ROUNDS, objective=_diameter(model, label), n_violations=_n_outside(model, label))
        if is_stopped or idle == IDLE_ROUNDS:
            break
        ends = each(partial(Side.search, label=label, best=best), sides)
        winner = min(range(SIDES), key=lambda side: tuple(ends[side][1]))
        idle = 0 if tuple(ends[winner][1]) < tuple(best) else idle + 1
        label, best = ends[winner]
    return Improved(label, found.centres, model.excesses(label), _diameter(model, label))


class Side:
    """One of the searches: a source of random numbers, and the price of imbalance that it has come to."""

    def __init__(self, field: Field, *, seed: int) -> None:
        self.field, self.price = field, FIRST_PRICE
        self.random = np.full(1, seed, np.uint64)

    def search(self, label: IntArray, best: FloatArray) -> tuple[IntArray, FloatArray]:
        """Some steps from a plan: the best plan met, with its excess and squared diameter."""
        found, rank = label.copy(), best.copy()
        steps = min(STEPS, STEPS_PER_NODE * len(label))
        self.price = tabu(self.field, _standing(self.field, label), found, rank, self.price, steps, self.random)
        return found, rank


def _field(model: Model, graph: tuple[IntArray, IntArray]) -> Field:
    bonds = Graph(model.indptr, model.indices) if model.must_connect else Graph(np.zeros(model.n + 1, np.int32), np.empty(0, np.int32))
    return Field(
        model.points, model.load, model.lower, model.upper, 1.0 / np.maximum(model.target, 1e-12), model.pinned,
        model.barred_ptr, model.barred, Graph(*graph), bonds,
    )  # fmt: skip


def _standing(field: Field, label: IntArray) -> Standing:
    n, k = len(label), len(field.lower)
    size = np.bincount(label, minlength=k).astype(np.int64)
    order = np.argsort(label, kind="stable")
    seat = np.empty(n, np.int32)
    seat[order] = np.arange(n) - np.repeat(np.cumsum(size) - size, size)
    members = np.zeros((k, min(n, SPARE_SEATS * int(size.max())) + 1), np.int32)  # one for a guest during an exchange
    members[label, seat] = np.arange(n)
    loads = np.column_stack([np.bincount(label, weights=column, minlength=k) for column in field.load.T]).astype(np.float64)
    return Standing(
        label.astype(np.int32).copy(), members, size, seat, loads, np.zeros(k), np.zeros((k, 2), np.int32), np.zeros((k, 2)),
        np.zeros(k), np.zeros(k), np.zeros((3, members.shape[1])), np.zeros(3),
    )  # fmt: skip


def _diameter(model: Model, label: IntArray) -> float:
    return float(diameters_km(model.points, label, model.k).max())


def _n_outside(model: Model, label: IntArray) -> int:
    return int((model.excesses(label) > 1e-9).any(axis=1).sum())
