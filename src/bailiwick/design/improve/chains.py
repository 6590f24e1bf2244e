"""Chains of moves along a flow: border units go from territory to neighbouring territory until the arcs have what they carry."""

from __future__ import annotations

import numpy as np

from bailiwick.compiled import kernel
from bailiwick.design.bounds.disruption_floor import Flow
from bailiwick.design.construct.kernels import cost_between
from bailiwick.design.improve.graph_kernels import can_leave
from bailiwick.design.improve.search import Search
from bailiwick.design.improve.search_kernels import DIAMETER_POWER, may_move, newly_moved, touches_territory
from bailiwick.domain import IntArray

MOST_ROUNDS = 20
OVERSHOOT = 0.5
"""A unit goes along an arc if at least this share of it is still to flow."""


def follow(search: Search, flow: Flow, *, measure: int) -> IntArray:
    """Territory per node after moving border units along the arcs of a flow, shape (n,); the search stays as it is.

    Every unit moves once at most, territories stay in as many pieces as they are, and the cap holds. What no unit fits
    stays undone: the search that follows settles it.
    """
    label = search.label.copy()
    today = np.argsort(label, kind="stable").astype(np.int32)
    ptr = np.zeros(search.model.k + 1, np.int64)
    np.cumsum(np.bincount(label, minlength=search.model.k), out=ptr[1:])
    arcs = (flow.origin, flow.goal, flow.amount.copy())
    _follow(search.graph, search.ground, search.state, search.crew.scratch[0], label, ptr, today, *arcs, measure)
    return label


@kernel
def _follow(graph, ground, state, scratch, label, ptr, members, origin, goal, amount, measure):  # type: ignore[no-untyped-def]
    """Round after round over the arcs, cheapest unit per load first, as long as some unit moves."""
    stay, bonds, size, moved = ground.stay, ground.bonds, state.size.copy(), state.moved[0]
    has_moved = np.zeros(len(label), np.bool_)
    for _ in range(MOST_ROUNDS):
        n_moved = 0
        for arc in range(len(origin)):
            a, b = origin[arc], goal[arc]
            while amount[arc] > 0.0:
                best, chosen = np.inf, -1
                for at in range(ptr[a], ptr[a + 1]):
                    i = members[at]
                    load = ground.load[i, measure]
                    if label[i] != a or has_moved[i] or load <= 0.0 or OVERSHOOT * load > amount[arc]:
                        continue
                    if not may_move(ground.pinned, ground.barred_ptr, ground.barred, label, size, len(label) + 1, i, b):
                        continue
                    if not touches_territory(graph.indptr, graph.indices, label, i, b):
                        continue
                    leaves = newly_moved(stay.ptr, stay.territory, stay.share, i, a, b)
                    if leaves > 0.0 and moved + leaves > ground.stay.cap:
                        continue
                    power = ground.power if ground.power != DIAMETER_POWER else 1
                    change = cost_between(ground.points, i, state.centres, b, power, ground.is_sphere)
                    change -= cost_between(ground.points, i, state.centres, a, power, ground.is_sphere)
                    change = (ground.weight[i] * change + stay.price * leaves) / load
                    if change < best and can_leave(bonds.indptr, bonds.indices, label, i, scratch.stamp, scratch.mark, scratch.queue):
                        best, chosen = change, i
                if chosen < 0:
                    break
                label[chosen] = b
                size[a] -= 1
                size[b] += 1
                moved += newly_moved(stay.ptr, stay.territory, stay.share, chosen, a, b)
                has_moved[chosen] = True
                amount[arc] -= ground.load[chosen, measure]
                n_moved += 1
        if n_moved == 0:
            break
